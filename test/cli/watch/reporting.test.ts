import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ServiceProcess } from '../../e2e/service-process.js'
import { LossyProxy } from '../../examples/lossy-proxy.js'
import { freePort } from '../../free-port.js'
import { until } from '../../until.js'
import { ATTACK, folder, line, ordinary, Watched } from './watched.js'

const TOKEN = 'a-token-of-the-service'
const attack = (name: string): string => line({ ...ATTACK, route: `/attack/${name}` })

async function serving(environment: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await ServiceProcess.start(environment)
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  return service
}

async function history(service: ServiceProcess): Promise<number> {
  return ((await (await service.get('/health')).json()) as { history_size: number }).history_size
}

test('a running sentinel judges, over HTTP with its token and by its socket, and its alerts are printed', async () => {
  const socket = join(folder(), 'it.sock')
  const service = await serving({ SENTINEL_API_TOKEN: TOKEN, SENTINEL_SOCKET: socket })
  for (const [i, to] of [service.url, `unix:${socket}`].entries()) {
    const watched = new Watched(
      ['-', '--to', to, '--output', 'ndjson'],
      i === 0 ? { SENTINEL_API_TOKEN: TOKEN } : {},
    )
    watched.child.stdin.end(`${ordinary(300)}${attack('one')}`)
    expect([await watched.exit, watched.err]).toEqual([
      0,
      expect.stringMatching(
        /^301 records judged, \d+ alerts, 0 lines were no records, 0 records were lost\n$/,
      ),
    ])
    const told = watched.alerts.find(({ route }) => route === '/attack/one')
    expect(told).toMatchObject({
      status: 'THREAT_DETECTED',
      action: expect.any(String),
      id: expect.any(String),
      latency: 90_000,
    })
  }
  expect(await history(service)).toBe(602)
})

test('while the sentinel is away records wait, in a buffer of bounded length, and what it does not hold is counted', async () => {
  const port = await freePort()
  const file = join(folder(), 'access.log')
  writeFileSync(file, '')
  const to = `http://127.0.0.1:${port}`
  const watched = new Watched([
    file,
    '--format',
    'ndjson',
    '--to',
    to,
    '--buffer',
    '500',
    '--output',
    'ndjson',
  ])
  await watched.follows()
  appendFileSync(file, attack('waiting') + ordinary(1999))
  await until(async () => /ECONNREFUSED .*; records wait/.test(watched.err), 'noticing')
  const service = await serving({ SENTINEL_PORT: String(port) })
  await watched.told(1)
  expect(watched.alerts[0]).toMatchObject({ route: '/attack/waiting' })
  // One batch was under way, 500 records waited.
  await until(async () => (await history(service)) >= 500, 'what waited')
  expect(await watched.stop('SIGTERM')).toBe(0)
  const [, judged, lost] =
    /(\d+) records judged, .* (\d+) records were lost/.exec(watched.err)?.map(Number) ?? []
  expect((judged ?? 0) + (lost ?? 0)).toBe(2000)
  expect(judged).toBe(await history(service))
  expect(lost).toBeGreaterThan(1000)
})

test('a batch whose answer was lost is sent again under its key, and judged once', async () => {
  const service = await serving()
  const proxy = await LossyProxy.start(service.url, { losses: 2 })
  onTestFinished(() => proxy.stop())
  const file = join(folder(), 'access.log')
  writeFileSync(file, '')
  const watched = new Watched([file, '--format', 'ndjson', '--to', proxy.url, '--output', 'ndjson'])
  await watched.follows()
  appendFileSync(file, ordinary(200) + attack('lost'))
  await watched.told(1)
  expect(await watched.stop('SIGTERM')).toBe(0)
  expect(watched.err).toMatch(/\n201 records judged, .* 0 records were lost\n$/)
  expect(await history(service)).toBe(201)
  expect(proxy.keys.length).toBeGreaterThan(2)
  expect(new Set(proxy.keys.slice(0, 3)).size).toBe(1)
})

test('a sentinel that never comes costs the records, and no time at the end', async () => {
  const watched = new Watched(['-', '--to', `unix:${join(folder(), 'none.sock')}`])
  watched.child.stdin.end(ordinary(300))
  expect(await watched.exit).toBe(0)
  expect(watched.err).toContain('ENOENT')
  expect(watched.err).toMatch(
    /\n0 records judged, 0 alerts, 0 lines were no records, 300 records were lost\n$/,
  )
})

test.each(['1000', '3'])(
  'much is read no faster than a sentinel that answers can judge it, with room for %s',
  async (buffer) => {
    const service = await serving()
    const watched = new Watched(['-', '--to', service.url, '--buffer', buffer])
    const records = buffer === '3' ? 60 : 8_000
    watched.child.stdin.end(ordinary(records))
    expect(await watched.exit).toBe(0)
    expect(watched.err).toMatch(
      new RegExp(`^${records} records judged, \\d+ alerts, 0 lines were no records, 0 records were lost\n$`),
    )
  },
)

test('a sentinel that wants another token is said', async () => {
  const service = await serving({ SENTINEL_API_TOKEN: TOKEN })
  const watched = new Watched(['-', '--to', service.url])
  watched.child.stdin.end(ordinary(10))
  expect(await watched.exit).toBe(0)
  expect(watched.err).toMatch(/it answers 401; .*\n0 records judged, .* 10 records were lost\n$/s)
})
