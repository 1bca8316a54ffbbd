import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Sentinel } from '#sentinel/sentinel.js'
import { rounds } from './rounds.js'
import { recordLines } from './traffic.js'

/** A replay of a file, and the same lines in a loop. */
export interface Replays {
  readonly records: number
  /** Records a second, one a round, with the start of the process. */
  readonly replay: number[]
  readonly loop: number[]
  /** Most memory that the replay had resident, in MiB. */
  readonly peakMiB: number[]
}

const CLI = fileURLToPath(import.meta.resolve('#sentinel/cli.js'))
const PEAK = new URL('peak.mjs', import.meta.url).href
/** Lines that are made at a time; the file repeats them. */
const PORTION = 10_000

export async function replays(quick: boolean, progress: (what: string) => void): Promise<Replays> {
  const records = quick ? 1000 : 1_000_000
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-replay-'))
  const file = join(folder, 'history.ndjson')
  const lines = recordLines(Math.min(PORTION, records))
  try {
    await writeHistory(file, lines, records)
    const found: Replays = { records, replay: [], loop: [], peakMiB: [] }
    for (const round of rounds(quick, 3, 60, 1)) {
      progress(`replay of ${records.toLocaleString('en')} records, round ${round}`)
      found.loop.push(await looped(lines, records))
      const { perSecond, peakMiB } = await replayed(file, records)
      found.replay.push(perSecond)
      found.peakMiB.push(peakMiB)
    }
    return found
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function writeHistory(file: string, lines: readonly string[], records: number): Promise<void> {
  const out = createWriteStream(file)
  const portion = `${lines.join('\n')}\n`
  for (let written = 0; written < records; written += lines.length)
    if (!out.write(portion)) await once(out, 'drain')
  out.end()
  await once(out, 'close')
}

/** Parsed and judged with fits at their record, as a replay does. */
async function looped(lines: readonly string[], records: number): Promise<number> {
  const sentinel = await Sentinel.create({ detector: { fit: 'sync' } })
  const startedMs = performance.now()
  for (let i = 0; i < records; i++) sentinel.judge(JSON.parse(lines[i % lines.length] as string))
  const tookMs = performance.now() - startedMs
  await sentinel.close()
  return (1000 * records) / tookMs
}

async function replayed(file: string, records: number): Promise<{ perSecond: number; peakMiB: number }> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, ['--import', PEAK, CLI, 'replay', file, '--format', 'json'], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  })
  const [report, peak] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stdio[3] as Readable),
    once(child, 'close'),
  ])
  const judged = (JSON.parse(report) as { records: number }).records
  if (judged !== records) throw new Error(`${judged} of ${records} records were judged`)
  return { perSecond: (1000 * records) / (performance.now() - startedMs), peakMiB: Number(peak) / 1024 }
}
