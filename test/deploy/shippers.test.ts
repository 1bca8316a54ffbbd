import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { FORMATS, type FormatName, formatOf } from '#sentinel/cli/formats/formats.js'
import { recordFaultOf } from '#sentinel/http/batch/record-fault.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { UsualSizes } from '#sentinel/telemetry/usual-sizes.js'
import { freePort } from '../free-port.js'
import { historySize, startApp } from '../http/subject.js'
import { until } from '../until.js'
import { hasTool, skipped } from './tool.js'

const configuration = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../deploy/shippers/${name}`, import.meta.url)), 'utf8')

const nginx = hasTool('nginx')
const caddy = hasTool('caddy')
const lua = ['lua5.1', 'lua5.4', 'lua', 'luajit'].find((name) => hasTool(name))

/** What `codeflow-sentinel watch` makes of a line. */
function recordOf(format: FormatName, line: string) {
  const record = FORMATS[format].open({ label: 'label', sizes: new UsualSizes() })(line)?.record
  expect(recordFaultOf(REQUEST_TELEMETRY)(record)).toBeNull()
  return record as Telemetry
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sentinel-shipper-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** A program that serves until the test ends, once it answers. */
async function serving(program: string, args: readonly string[], url: string, cwd: string): Promise<void> {
  const child = spawn(program, args, {
    cwd,
    stdio: 'ignore',
    env: { ...process.env, HOME: cwd, XDG_DATA_HOME: cwd },
  })
  onTestFinished(async () => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  })
  await until(async () => (await fetch(url).catch(() => null)) !== null, `${program} answering`)
}

/** What is asked of a server whose log is read: the last three requests of it. */
async function traffic(url: string): Promise<void> {
  await fetch(`${url}/items/7?token=secret`)
  await fetch(`${url}/upload`, { method: 'POST', body: 'x'.repeat(1234) })
  await fetch(`${url}/broken`)
}

/** An application behind the server: slow to upload, broken in one place. */
async function application(): Promise<number> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      const delayMs = request.url === '/upload' ? 60 : 0
      setTimeout(() => response.writeHead(request.url === '/broken' ? 503 : 200).end('ok'), delayMs)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

async function lastLines(file: string, n: number): Promise<string[]> {
  const lines = () => {
    try {
      return readFileSync(file, 'utf8').trim().split('\n')
    } catch {
      return []
    }
  }
  await until(async () => lines().some((line) => line.includes('/broken')), 'the log being written')
  return lines().slice(-n)
}

const EXPECTED = [
  { route: '/items/7', errors: 0 },
  { route: '/upload', errors: 0 },
  { route: '/broken', errors: 1 },
]

describe('access logs', () => {
  test.skipIf(!nginx)(`nginx writes what is read as it is${skipped('nginx', nginx)}`, async () => {
    const cwd = folder()
    const log = join(cwd, 'access.log')
    const [port, app] = [await freePort(), await application()]
    const http = configuration('nginx.conf').replaceAll('/var/log/nginx/sentinel.log', log)
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${cwd}/${name};`)
      .join('\n')
    writeFileSync(
      join(cwd, 'nginx.conf'),
      `daemon off; pid ${cwd}/pid; error_log ${cwd}/error.log;\nevents {}\nhttp {\n${paths}\n${http}\n` +
        `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${app}; } } }\n`,
    )
    const url = `http://127.0.0.1:${port}`
    await serving('nginx', ['-p', cwd, '-c', join(cwd, 'nginx.conf')], url, cwd)
    await traffic(url)
    const lines = await lastLines(log, 3)
    expect(formatOf(lines[0] as string)).toBe(FORMATS['nginx-json'])
    const records = lines.map((line) => recordOf('nginx-json', line))
    expect(records).toMatchObject(EXPECTED)
    expect(records[1]?.input_length).toBe(1234)
    expect(records[1]?.latency).toBeGreaterThanOrEqual(50)
    expect(lines.join()).not.toContain('secret')
  })

  test.skipIf(!caddy)(`Caddy writes what is read as it is${skipped('caddy', caddy)}`, async () => {
    const cwd = folder()
    const log = join(cwd, 'access.log')
    const [port, app] = [await freePort(), await application()]
    mkdirSync(join(cwd, 'caddy'))
    const text = configuration('Caddyfile')
      .replaceAll('/var/log/caddy/sentinel.log', log)
      .replace(':8080', `http://127.0.0.1:${port}`)
      .replace('127.0.0.1:3000', `127.0.0.1:${app}`)
    writeFileSync(join(cwd, 'Caddyfile'), `{\n\tadmin off\n}\n${text}`)
    const url = `http://127.0.0.1:${port}`
    await serving('caddy', ['run', '--config', join(cwd, 'Caddyfile'), '--adapter', 'caddyfile'], url, cwd)
    await traffic(url)
    const lines = await lastLines(log, 3)
    expect(formatOf(lines[0] as string)).toBe(FORMATS.caddy)
    const records = lines.map((line) => recordOf('caddy', line))
    expect(records).toMatchObject(EXPECTED)
    expect(records[1]?.input_length).toBe(1234)
    expect(records[1]?.latency).toBeGreaterThanOrEqual(50)
    expect(records[0]?.timestamp).toBeGreaterThan(1.7e9)
    expect(lines.join()).not.toContain('secret')
  })

  test('Envoy writes what is read as it is, by its documentation of the fields', () => {
    const [{ typed_config }] = parse(configuration('envoy.yaml')).access_log
    const format: Record<string, string> = typed_config.log_format.json_format
    // https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage: numbers stay numbers.
    const documented: Readonly<Record<string, string | number | null>> = {
      '%START_TIME%': '2026-01-01T00:00:00.123Z',
      '%REQ(:METHOD)%': 'POST',
      '%PATH(NQ)%': '/upload',
      '%ROUTE_NAME%': null,
      '%RESPONSE_CODE%': 503,
      '%DURATION%': 62,
      '%BYTES_RECEIVED%': 1234,
    }
    const line = JSON.stringify(
      Object.fromEntries(Object.entries(format).map(([name, operator]) => [name, documented[operator]])),
    )
    expect(formatOf(line)).toBe(FORMATS.envoy)
    expect(recordOf('envoy', line)).toEqual({
      latency: 62,
      input_length: 1234,
      errors: 1,
      route: '/upload',
      timestamp: '2026-01-01T00:00:00.123Z',
    })
  })
})

const LINE = {
  time_iso8601: '2026-01-01T00:00:00+00:00',
  request_method: 'POST',
  uri: '/upload',
  status: '502',
  request_time: '0.062',
  content_length: '1234',
}
const RECORD = {
  latency: 62,
  input_length: 1234,
  errors: 1,
  route: '/upload',
  timestamp: '2026-01-01T00:00:00+00:00',
}

describe('shippers', () => {
  test('Fluent Bit sends to the batch route, in every format of its http output', async () => {
    const { outputs } = parse(configuration('fluent-bit.yaml')).pipeline
    expect(outputs).toEqual([
      expect.objectContaining({ name: 'http', format: 'json_lines', compress: 'gzip' }),
    ])
    const { uri } = outputs[0]
    const app = await startApp()
    // https://docs.fluentbit.io/manual/pipeline/outputs/http: `date` is added, and the type is that of JSON or NDJSON.
    const records = Array.from({ length: 3 }, () => ({ date: 1767225600.5, ...RECORD }))
    const texts = records.map((record) => JSON.stringify(record))
    const bodies = [
      ['application/json', `[${texts.join(',')}]`],
      ['application/json', texts.join('')],
      ['application/json', texts.join('\n')],
      ['application/x-ndjson', `${texts.join('\n')}\n`],
    ] as const
    for (const [type, body] of bodies) {
      const headers = { 'content-type': type, 'content-encoding': 'gzip', 'user-agent': 'Fluent-Bit' }
      const answer = await app.inject({ method: 'POST', url: uri, headers, payload: gzipSync(body) })
      expect(answer.json()).toMatchObject({ accepted: 3, rejected: 0 })
      // It logs what it is answered.
      expect(answer.body.length).toBeLessThan(100)
    }
    expect(await historySize(app)).toBe(12)
  })

  test.skipIf(lua === undefined)(
    `the filter of Fluent Bit makes a record of a line${skipped('lua', lua !== undefined)}`,
    () => {
      const [{ code, call }] = parse(configuration('fluent-bit.yaml')).pipeline.filters
      const table = Object.entries(LINE).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
      const script =
        `${code}\nlocal code, time, record = ${call}("access", 7, {${table.join(', ')}})\n` +
        `print(code, time)\nfor name, value in pairs(record) do print(name .. "\\t" .. value) end\n`
      const { stdout, stderr } = spawnSync(lua as string, ['-e', script], { encoding: 'utf8' })
      const [head, ...fields] = stdout.trim().split('\n')
      expect([head, stderr]).toEqual(['2\t7', ''])
      const record = Object.fromEntries(fields.map((field) => field.split('\t')))
      expect({
        ...record,
        latency: Number(record.latency),
        input_length: Number(record.input_length),
        errors: Number(record.errors),
      }).toEqual(RECORD)
    },
  )

  test('Vector sends lines or an array, compressed, to the batch route', async () => {
    const { sinks, transforms } = parse(configuration('vector.yaml'))
    const { sentinel } = sinks
    expect(sentinel).toMatchObject({
      type: 'http',
      compression: 'gzip',
      encoding: { codec: 'json' },
      framing: { method: 'newline_delimited' },
    })
    for (const name of ['latency', 'input_length', 'errors', 'route', 'timestamp'])
      expect(transforms.records.source).toContain(`"${name}":`)
    const app = await startApp()
    const { pathname, search } = new URL(sentinel.uri)
    // https://vector.dev/docs/reference/configuration/sinks/http: the type goes with the framing.
    const texts = Array.from({ length: 3 }, () => JSON.stringify({ ...RECORD, latency: 62.0 }))
    for (const [type, body] of [
      ['application/x-ndjson', texts.join('\n')],
      ['application/json', `[${texts.join(',')}]`],
    ] as const) {
      const headers = { 'content-type': type, 'content-encoding': 'gzip' }
      const url = pathname + search
      const answer = await app.inject({ method: 'POST', url, headers, payload: gzipSync(body) })
      expect(answer.json()).toMatchObject({ accepted: 3, rejected: 0 })
    }
    expect(sentinel.batch.max_events).toBeLessThanOrEqual(100_000)
  })

  test('both leave a batch alone that is refused for good, and both have a word for the token', () => {
    for (const name of ['fluent-bit.yaml', 'vector.yaml'])
      expect(configuration(name)).toContain(`\${SENTINEL_API_TOKEN}`)
  })
})
