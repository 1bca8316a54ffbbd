import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { FORMATS, type FormatName, formatOf } from '#sentinel/cli/formats/formats.js'
import { UsualSizes } from '#sentinel/telemetry/usual-sizes.js'
import { extent } from './extent.js'

const MIB = 2 ** 20
const LINE_MIB = extent(1024, 48)
const CLI = fileURLToPath(import.meta.resolve('#sentinel/cli.js'))
const RECORD = { latency: 120, input_length: 1800, errors: 0, route: '/a' }
/** A process says at its end how much memory it has had. */
const TELLING =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+"\\n"))'
const MOST_MIB = 320

function file(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-hostile-logs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, name)
}

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly peakMib: number
}

async function replay(path: string, args: readonly string[] = []): Promise<Ran> {
  const child = spawn(
    process.execPath,
    ['--import', TELLING, CLI, 'replay', path, '--format', 'json', ...args],
    {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const told = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told.err += text))
  const [code] = (await once(child, 'close')) as [number | null]
  const [, peakKib] = /peak (\d+)\n/.exec(told.err) ?? []
  return { code, ...told, err: told.err.replace(/peak \d+\n/, ''), peakMib: Number(peakKib) / 1024 }
}

const record = (n: number): string => `${JSON.stringify({ ...RECORD, latency: 100 + (n % 40) })}\n`

/** Records with one line between them that has no end for long. */
function withLongLine(path: string, begin: string, end: string): void {
  const log = openSync(path, 'w')
  writeSync(log, Array.from({ length: 50 }, (_, n) => record(n)).join(''))
  writeSync(log, begin)
  const piece = Buffer.alloc(MIB, 'a')
  for (let n = 0; n < LINE_MIB; n++) writeSync(log, piece)
  writeSync(log, `${end}\n`)
  writeSync(log, Array.from({ length: 50 }, (_, n) => record(n)).join(''))
  closeSync(log)
}

test(
  `a line of ${LINE_MIB} MiB is one that is no record, and costs neither memory nor the others`,
  async () => {
    const path = file('long.ndjson')
    // What is left of it would be a record, were its middle left out.
    withLongLine(path, '{"latency":1,"input_length":1,"errors":0,"x":"', '"}')
    const { code, out, err, peakMib } = await replay(path)
    expect([code, err]).toEqual([0, ''])
    const tooLong = { line: 51, reason: 'it is longer than 1 MiB' }
    expect(JSON.parse(out)).toMatchObject({ records: 100, rejected: 1, rejected_lines: [tooLong] })
    expect(peakMib).toBeLessThan(MOST_MIB)
  },
  extent(600_000, 120_000),
)

test.each<[string, () => Buffer, RegExp]>([
  [
    'zeros that come to much more than they are',
    () => Buffer.concat(Array.from({ length: LINE_MIB / 16 }, () => gzipSync(Buffer.alloc(16 * MIB)))),
    /is of no kind that is known/,
  ],
  [
    'line breaks that come to much more than they are',
    () => {
      const breaks = gzipSync(Buffer.alloc(16 * MIB, '\n'))
      return Buffer.concat([gzipSync(record(1)), ...Array.from({ length: LINE_MIB / 64 + 1 }, () => breaks)])
    },
    /^$/,
  ],
  ['gzip that is cut off', () => gzipSync(record(1).repeat(5000)).subarray(0, -20), /gzip is damaged/],
  ['gzip with something behind it', () => Buffer.concat([gzipSync(record(1)), Buffer.alloc(99, 'x')]), /./],
  [
    'bytes of no text',
    () => Buffer.from(Array.from({ length: MIB }, (_, i) => (i * 7919 + (i >> 8)) & 255)),
    /is of no kind that is known/,
  ],
])(
  'a file of %s is read or refused in a line, in little memory',
  async (_what, bytes, message) => {
    const path = file('odd.log')
    writeFileSync(path, bytes())
    const { err, code, peakMib } = await replay(path)
    expect(err).toMatch(message)
    expect(err.split('\n').length).toBeLessThan(25)
    expect([0, 2, 3]).toContain(code)
    expect(peakMib).toBeLessThan(MOST_MIB)
  },
  extent(600_000, 120_000),
)

test(
  'a file with a hole of a gigabyte is refused, and read in little memory',
  async () => {
    const path = file('hole.ndjson')
    writeFileSync(path, '')
    truncateSync(path, LINE_MIB * MIB)
    const { err, peakMib } = await replay(path)
    expect(err).toMatch(/is of no kind that is known/)
    expect(peakMib).toBeLessThan(MOST_MIB)
  },
  extent(600_000, 120_000),
)

/** What a reader may take at most: it takes some milliseconds, or, where it goes back and forth, minutes. */
const PATIENCE_MS = 10_000
const LONG = MIB / 2
const fill = (piece: string): string => piece.repeat(Math.floor(LONG / piece.length))

const TIME = '[10/Oct/2000:13:55:36 -0700]'
/** Lines that have expressions go back and forth. */
const BACK_AND_FORTH: readonly string[] = [
  fill('"request":{'),
  `{${fill('"request":{')}`,
  `{${fill('"request" : { ')}`,
  `{${fill('"duration"')}`,
  `{"duration"${fill('"request"')}`,
  `{"request"${' '.repeat(LONG)}`,
  `{${fill('"latency"')}`,
  `{"latency"${' '.repeat(LONG)}x`,
  `{${fill('"latency" ')}`,
  fill('latency,input_length,errors,'),
  `latency,input_length,errors\n${fill('"')}`,
  `latency,input_length,errors\n1,1,${fill('""')}`,
  `latency,input_length,errors\n${fill(',')}`,
  `latency,input_length,errors\n1,1,${' '.repeat(LONG)}1`,
  `1 - - ${fill('[')}`,
  `1 - - ${fill(TIME)}`,
  `1 - - ${fill('[a] ')}`,
  `1 - - ${fill(`${TIME} "`)}`,
  `1 - - ${fill(`${TIME} "b" 200 `)}`,
  `1 - - ${TIME} "${fill('\\')}`,
  `1 - - ${TIME} "${fill('\\"')}`,
  `1 - - ${TIME} "b" 200 1 ${fill('1')}x`,
  `1 - - ${TIME} "b" 200 1 ${fill('1 ')}x`,
  `1 - - ${TIME} "b" 200 1 ${fill('1=')}x`,
  `1 - - ${TIME} "b" 200 1 ${fill('1.1')}x`,
  `1 - - ${TIME} "b" 200 1 ${fill('"')}x`,
  `1 - - ${TIME} "b" 200 1 ${fill('"\\')}x`,
  `1 - - ${TIME} "b" 200 1 1${' '.repeat(LONG)}x`,
  `1 - - ${TIME} "GET ${fill('?')} HTTP" 200 1 1`,
  `1 - - ${TIME} "GET ${fill('/1')} HTTP" 200 1 1`,
  `1 - - [10/Oct/2000:13:55:36${' '.repeat(LONG)}] "b" 200 1 1`,
  fill('a '),
  fill(' '),
  `x${' '.repeat(LONG)}x`,
]

test.each(BACK_AND_FORTH.map((text) => [text.slice(0, 40), text] as const))(
  'a line that expressions could stumble over is read or refused at once: %s',
  (_begin, text) => {
    const lines = text.split('\n')
    const took = (act: () => unknown): number => {
      const startedMs = performance.now()
      try {
        act()
      } catch (error) {
        expect(error).not.toBeInstanceOf(TypeError)
        expect((error as Error).message.length).toBeLessThan(1000)
      }
      return performance.now() - startedMs
    }
    const slowest: Record<string, number> = { 'finding its kind': took(() => formatOf(lines[0] as string)) }
    for (const name of Object.keys(FORMATS) as FormatName[]) {
      const read = FORMATS[name].open({ label: 'label', sizes: new UsualSizes() })
      slowest[name] = Math.max(...lines.map((line) => took(() => read(line))))
    }
    expect(Object.entries(slowest).filter(([, ms]) => ms > PATIENCE_MS)).toEqual([])
  },
  extent(600_000, 120_000),
)
