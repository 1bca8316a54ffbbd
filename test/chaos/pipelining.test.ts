import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ServiceProcess } from '../e2e/service-process.js'
import { until } from '../until.js'
import { Caller, crowd } from './crowd.js'
import { extent, LONG } from './extent.js'
import { record } from './load.js'

const HOST = 'host: localhost\r\n'

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\n${HOST}\r\n`
}

function post(n: number): string {
  const body = JSON.stringify(record(n))
  return `POST /analyze-flow HTTP/1.1\r\n${HOST}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

async function started(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await ServiceProcess.start(env)
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  return service
}

/** Asks without ever reading. */
function deaf(port: number, text: string): Caller {
  const caller = new Caller(port)
  caller.socket.pause()
  return caller.send(text)
}

/** How much memory an attack has cost at most, in MiB. */
async function cost(service: ServiceProcess, attack: () => Promise<void>): Promise<number> {
  const before = await service.peakMib()
  await attack()
  return (await service.peakMib()) - before
}

test.each([
  ['the largest page', '/docs/swagger-ui-bundle.js', 400, 1],
  ['the API as JSON', '/openapi.json', 500, extent(100, 2)],
  ['the metrics', '/metrics', extent(1000, 100), extent(20, 4)],
])(
  '%s, asked for again and again by those who read nothing, costs little memory',
  async (_what, path, times, callers) => {
    const service = await started()
    // Once for everybody.
    await (await service.get(path)).text()
    const mib = await cost(service, async () => {
      const asking = Array.from({ length: callers }, () => deaf(service.port, get(path).repeat(times)))
      await sleep(extent(5000, 700))
      expect((await service.get('/health')).status).toBe(200)
      for (const { socket } of asking) socket.destroy()
    })
    if (LONG)
      process.stdout.write(`${times} times ${path} on ${callers} connections: ${mib.toFixed(0)} MiB\n`)
    expect(mib).toBeLessThan(64)
  },
  60_000,
)

test('long lists that nobody reads are bounded for all connections together, and others still get theirs', async () => {
  // Without a forest each of them exceeds static limits, and is kept.
  const service = await started({
    SENTINEL_ANOMALIES_MAX: '10000',
    SENTINEL_HISTORY_MAX: '20000',
    SENTINEL_MIN_SAMPLES: '20000',
  })
  const odd = Array.from({ length: 10_000 }, (_, n) =>
    JSON.stringify({ latency: 20_000 + n, input_length: 9, errors: 9 }),
  )
  const filled = await fetch(`${service.url}/analyze-flow/batch?answer=summary`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: odd.join('\n'),
  })
  expect(filled.status).toBe(200)
  const list = await (await service.get('/anomalies?limit=10000')).text()
  expect(list.length).toBeGreaterThan(1e6)
  const mib = await cost(service, async () => {
    const asking = Array.from({ length: extent(60, 12) }, () =>
      deaf(service.port, get('/anomalies?limit=10000').repeat(20)),
    )
    await sleep(extent(8000, 1500))
    expect((await service.get('/health')).status).toBe(200)
    for (const { socket } of asking) socket.destroy()
  })
  process.stdout.write(
    `lists of ${(list.length / 2 ** 20).toFixed(1)} MiB that nobody reads: ${mib.toFixed(0)} MiB\n`,
  )
  expect(mib).toBeLessThan(300)
  await until(
    async () => (await service.get('/anomalies?limit=10000')).status === 200,
    'the list is served again',
  )
}, 60_000)

test('requests without end behind one that waits for its answer cost little memory', async () => {
  const service = await started()
  const mib = await cost(service, async () => {
    const callers = Array.from({ length: 4 }, () => new Caller(service.port).send(get('/anomalies/stream')))
    const flood = get('/health/live').repeat(1000)
    const endMs = performance.now() + extent(10_000, 800)
    while (performance.now() < endMs) {
      for (const { socket } of callers) if (socket.writableLength < 2 ** 20) socket.write(flood)
      await sleep(1)
    }
    expect((await service.get('/health')).status).toBe(200)
  })
  if (LONG) process.stdout.write(`requests behind a stream: ${mib.toFixed(0)} MiB\n`)
  expect(mib).toBeLessThan(64)
}, 60_000)

test('records that are sent one behind the other are all answered, in order', async () => {
  const { port } = await started()
  const n = extent(5000, 300)
  const caller = new Caller(port)
  for (let i = 0; i < n; i++) caller.send(post(i))
  caller.send(get('/health'))
  await until(async () => caller.answer.includes('"history_size"'), 'the last answer')
  expect(caller.answers).toBe(n + 1)
  expect(caller.answer.match(/HTTP\/1.1 200/g)).toHaveLength(n + 1)
}, 60_000)

test(
  'of records sent one behind the other none is judged at a stop without being answered',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sentinel-pipelining-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    let answered = 0
    for (let round = 0; round < extent(10, 1); round++) {
      const service = await started({ SENTINEL_STATE_DIR: dir })
      const callers = await crowd(service.port, 4)
      const all = Array.from({ length: 300 }, (_, i) => post(i)).join('')
      for (const caller of callers) caller.send(all)
      await callers[0]?.next()
      expect(await service.stop('SIGTERM')).toBe(0)
      await until(async () => callers.every(({ closed }) => closed), 'all are closed')
      answered += callers.reduce((sum, { answers }) => sum + answers, 0)
      const written = service.log.findLast(({ msg }) => msg === 'state written')
      expect(written?.records).toBe(answered)
    }
    expect(answered).toBeGreaterThan(0)
  },
  extent(600_000, 60_000),
)

test.each([
  ['/anomalies/stream', 16],
  ['/live', 32],
])(
  'one connection holds one stream of %s, and one address half of the %i',
  async (path, most) => {
    const { port } = await started()
    const greedy = new Caller(port).send(get(path).repeat(most))
    expect(await greedy.next()).toBe('HTTP/1.1 200 OK')
    const others = Array.from({ length: most / 2 + 1 }, () => new Caller(port))
    const statuses: string[] = []
    for (const other of others) statuses.push(await other.send(get(path)).next())
    expect(statuses.filter((status) => status === 'HTTP/1.1 200 OK')).toHaveLength(most / 2 - 1)
    expect(statuses.at(-1)).toBe('HTTP/1.1 503 Service Unavailable')
    const elsewhere = new Caller(port, '127.0.0.2').send(get(path))
    expect(await elsewhere.next()).toBe('HTTP/1.1 200 OK')
    expect(greedy.answers).toBe(1)
  },
  60_000,
)
