import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { SentinelClient } from '../../examples/javascript/sentinel-client.mjs'
import { ServiceProcess } from '../e2e/service-process.js'
import { LossyProxy } from './lossy-proxy.js'
import { deadAddress, silentServer } from './silent-server.js'

const NORMAL = { latency: 120, input_length: 1800, errors: 0, route: '/run' }
const ATTACK = { latency: 9000, input_length: 1800, errors: 8, route: '/run' }

const folder = mkdtempSync(join(tmpdir(), 'sentinel-client-'))
const socket = join(folder, 'it.sock')
let service: ServiceProcess
beforeAll(async () => {
  service = await ServiceProcess.start({
    SENTINEL_SOCKET: socket,
    SENTINEL_API_TOKEN: 'token-for-the-examples',
    // However busy the machine of the tests is.
    SENTINEL_MAX_DELAY_MS: '0',
  })
})
afterAll(async () => {
  await service?.stop()
  rmSync(folder, { recursive: true })
})

const clientOf = (options = {}) =>
  new SentinelClient({ url: service.url, token: 'token-for-the-examples', ...options })

async function historySize(): Promise<number> {
  return ((await (await service.get('/health')).json()) as { history_size: number }).history_size
}

test('a normal record is OK, an anomaly comes with reason, figures and the id to look it up', async () => {
  expect(await clientOf().analyze(NORMAL)).toEqual({ status: 'OK' })
  expect(await clientOf().analyze(ATTACK)).toMatchObject({
    status: 'THREAT_DETECTED',
    action: 'freeze',
    reason: expect.any(String),
    prediction_score: expect.any(Number),
    confidence: expect.any(Number),
    anomalyId: expect.stringMatching(/^[\w-]{8,}$/),
  })
})

test.each(['unix:', 'unix://'])('by a Unix socket, %s, no token is needed', async (scheme) => {
  const client = new SentinelClient({ url: `${scheme}${socket}` })
  expect(await client.analyze(NORMAL)).toEqual({ status: 'OK' })
  expect(await client.analyze(ATTACK)).toMatchObject({
    status: 'THREAT_DETECTED',
    anomalyId: expect.stringMatching(/^[\w-]{8,}$/),
  })
  expect(await client.analyze({ ...NORMAL, latency: -1 })).toMatchObject({
    reason: expect.stringMatching(/^400: /),
  })
  const gone = await new SentinelClient({ url: `unix:${socket}.gone` }).analyze(NORMAL)
  expect(gone).toMatchObject({ status: 'UNKNOWN', reason: expect.stringContaining('ENOENT') })
})

test('a record whose answer was lost is sent again under the same key and counts once', async () => {
  const proxy = await LossyProxy.start(service.url, { losses: 1 })
  onTestFinished(() => proxy.stop())
  const before = await historySize()
  expect(await clientOf({ url: proxy.url, timeoutMs: 20_000 }).analyze(NORMAL)).toEqual({ status: 'OK' })
  expect(proxy.keys).toHaveLength(2)
  expect(proxy.keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  expect(proxy.keys[1]).toBe(proxy.keys[0])
  expect(await historySize()).toBe(before + 1)
})

test('a sentinel that is gone, silent or does not let us in is no verdict and no exception', async () => {
  const gone = await clientOf({ url: await deadAddress(), timeoutMs: 20_000 }).analyze(NORMAL)
  expect(gone).toMatchObject({ status: 'UNKNOWN' })
  const silent = await clientOf({ url: await silentServer(), timeoutMs: 50 }).analyze(NORMAL)
  expect(silent).toMatchObject({ status: 'UNKNOWN', reason: expect.stringContaining('timeout') })
  const stranger = await clientOf({ token: 'another-token-altogether' }).analyze(NORMAL)
  expect(stranger).toMatchObject({ status: 'UNKNOWN', reason: expect.stringMatching(/^401: /) })
})

test('a record that is wrong is not sent twice', async () => {
  const proxy = await LossyProxy.start(service.url)
  onTestFinished(() => proxy.stop())
  const verdict = await clientOf({ url: proxy.url, timeoutMs: 20_000 }).analyze({ ...NORMAL, latency: -1 })
  expect(verdict).toMatchObject({ status: 'UNKNOWN', reason: expect.stringMatching(/^400: .*latency/) })
  expect(proxy.keys).toHaveLength(1)
})

const cyclic: Record<string, unknown> = { ...NORMAL }
cyclic.itself = cyclic

test.each([
  ['a BigInt', { ...NORMAL, input_length: 10n }],
  ['a cycle', cyclic],
  [
    'a value that throws',
    {
      ...NORMAL,
      get errors(): number {
        throw new Error('not now')
      },
    },
  ],
  ['nothing', undefined],
])('a record with %s is no verdict and no exception', async (_, record) => {
  expect(await clientOf().analyze(record as never)).toEqual({
    status: 'UNKNOWN',
    reason: expect.any(String),
  })
})

test.each([
  ['no randomUUID, as on a page without https', { getRandomValues: () => {} }],
  ['no crypto at all', undefined],
])('with %s a record gets its verdict all the same', async (_, crypto) => {
  vi.stubGlobal('crypto', crypto)
  onTestFinished(() => void vi.unstubAllGlobals())
  const proxy = await LossyProxy.start(service.url)
  onTestFinished(() => proxy.stop())
  const client = clientOf({ url: proxy.url, timeoutMs: 20_000 })
  expect(await client.analyze(NORMAL)).toEqual({ status: 'OK' })
  expect(await client.analyze(NORMAL)).toEqual({ status: 'OK' })
  expect(new Set(proxy.keys).size).toBe(2)
})
