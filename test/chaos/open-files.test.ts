import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ServiceProcess } from '../e2e/service-process.js'
import { Caller, crowd, LIVE } from './crowd.js'
import { extent, LONG } from './extent.js'
import { record } from './load.js'

const FILES = extent(1024, 256)
const CONNECTIONS = extent(1100, 320)
const SECONDS = extent(20, 1.5)

const VARIANTS: [string, Record<string, string>][] = [
  ['without limits of its own', {}],
  [
    'with a token and a rate limit',
    { SENTINEL_API_TOKEN: 'a-token-of-20-letters', SENTINEL_RATE_LIMIT: '10' },
  ],
]

test.each(LONG ? VARIANTS : VARIANTS.slice(1))(
  `${CONNECTIONS} silent connections where ${FILES} files may be open end nothing, %s`,
  async (_what, env) => {
    const service = await ServiceProcess.start(
      // Load is looked at, which must not need a file either.
      { ...env, SENTINEL_ADMIN_PORT: '0', SENTINEL_MAX_DELAY_MS: '60000' },
      { ulimit: `-n ${FILES}` },
    )
    onTestFinished(async () => void (await service.stop('SIGKILL')))
    const { maxConnections, openFiles } = service.log.find(({ level }) => level === 'warn') ?? {}
    expect(openFiles).toBe(FILES)
    expect(maxConnections).toBeLessThan(FILES - 64)

    const silent = await crowd(service.port, CONNECTIONS)
    // Somebody else asks all the while.
    const endMs = performance.now() + SECONDS * 1000
    while (performance.now() < endMs) {
      const caller = new Caller(service.port, '127.0.0.2').send(LIVE)
      expect(await caller.next()).toBe('HTTP/1.1 200 OK')
      await sleep(100)
    }
    expect(service.alive).toBe(true)
    expect(silent.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(Number(maxConnections))
    for (const { socket } of silent) socket.destroy()
    expect(service.log.filter(({ level }) => level === 'fatal')).toEqual([])
    expect(await service.stop()).toBe(0)
  },
  60_000,
)

test('a state is kept and a model is fitted while all connections are taken', async () => {
  const service = await ServiceProcess.start(
    { SENTINEL_RETRAIN_EVERY: '50', SENTINEL_MAX_CONNECTIONS: '4096' },
    { ulimit: '-n 200' },
  )
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  // From elsewhere: of one address, what was opened just now would have to give way.
  await crowd(service.port, 250, '127.0.0.2')
  for (let n = 0; n < 60; n++) expect((await service.post('/analyze-flow', record(n))).status).toBe(200)
  while ((await service.metric('sentinel_model_generation')) === 0) await sleep(20)
  expect(service.alive).toBe(true)
}, 60_000)
