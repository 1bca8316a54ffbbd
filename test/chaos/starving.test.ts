import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ServiceProcess } from '../e2e/service-process.js'
import { Caller, crowd, LIVE } from './crowd.js'
import { extent } from './extent.js'

const MOST = extent(1024, 96)
const TRIES = extent(200, 6)
const OTHER = '127.0.0.2'

async function started(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await ServiceProcess.start({ SENTINEL_MAX_CONNECTIONS: `${MOST}`, ...env })
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  return service
}

async function share(port: number, tries: number, from: string): Promise<number> {
  let answered = 0
  for (let n = 0; n < tries; n++) {
    const caller = await new Caller(port, from).opened()
    if ((await caller.send(LIVE).next()) === 'HTTP/1.1 200 OK') answered++
    caller.socket.destroy()
  }
  return answered / tries
}

test(`callers get in although ${MOST} connections are held by one small request each`, async () => {
  const { port } = await started()
  const holders = await crowd(port, 2 * MOST)
  await Promise.all(holders.map((holder) => holder.send(LIVE).next()))
  // Whoever has just been used keeps its place for a quarter of a second.
  await sleep(1000)
  expect(await share(port, TRIES, OTHER)).toBe(1)
  // From the same address as well: the one that was used last longest ago gives way.
  expect(await share(port, TRIES, '127.0.0.1')).toBe(1)
}, 60_000)

test('a connection that is in use is kept while others flood in', async () => {
  const { port } = await started()
  const caller = await new Caller(port, OTHER).opened()
  for (let round = 0; round < extent(5, 2); round++) {
    await crowd(port, MOST)
    expect(await caller.send(LIVE).next()).toBe('HTTP/1.1 200 OK')
  }
}, 60_000)

test('requests that are never finished keep nobody else out', async () => {
  const { port } = await started()
  const half =
    'POST /analyze-flow HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{'
  for (const holder of await crowd(port, MOST)) holder.send(half)
  await sleep(300)
  expect(await share(port, TRIES, OTHER)).toBe(1)
}, 60_000)

test('of silent connections those beyond half of the room are closed after seconds, not a minute', async () => {
  const { port } = await started()
  const silent = await crowd(port, Math.floor(MOST * 0.8))
  await sleep(extent(9_000, 7_500))
  const left = silent.filter(({ closed }) => !closed).length
  expect(left).toBeLessThanOrEqual(MOST / 2)
}, 60_000)
