import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { AdapterCounts } from '#sentinel/adapters/counts.js'
import { ServiceProcess } from '../e2e/service-process.js'
import { until } from '../until.js'
import { ExampleProcess } from './example-process.js'
import { LossyProxy } from './lossy-proxy.js'
import { silentServer } from './silent-server.js'

async function historySize(service: ServiceProcess): Promise<number> {
  return ((await (await service.get('/health')).json()) as { history_size: number }).history_size
}

const run = (url: string, body: string): Promise<Response> =>
  fetch(`${url}/run/python`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })

test.for(['express/app.mjs', 'fastify/app.mjs'])(
  '%s reports every request, with length, errors and pattern',
  async (file) => {
    const service = await ServiceProcess.start({ SENTINEL_MAX_DELAY_MS: '0' })
    onTestFinished(async () => void (await service.stop()))
    const proxy = await LossyProxy.start(service.url)
    onTestFinished(() => proxy.stop())
    const app = await ExampleProcess.start(file, proxy.url)
    const body = JSON.stringify({ source: 'x'.repeat(1000) })
    expect((await run(app.url, body)).status).toBe(200)
    await until(async () => proxy.records.length === 1, 'reporting of the first request')
    expect((await fetch(`${app.url}/broken`)).status).toBe(500)
    await until(async () => proxy.records.length === 2, 'reporting of the second request')
    expect(proxy.records).toEqual([
      { latency: expect.any(Number), input_length: body.length, errors: 0, route: '/run/:language' },
      { latency: expect.any(Number), input_length: 0, errors: 1, route: '/broken' },
    ])
    await until(async () => (await historySize(service)) === 2, 'learning from both')
    expect(await app.stop()).toBe(0)
  },
)

test.for(['express/app.mjs', 'fastify/app.mjs'])(
  '%s reports those who give up, and what is uploaded in chunks',
  async (file) => {
    const service = await ServiceProcess.start({ SENTINEL_MAX_DELAY_MS: '0' })
    onTestFinished(async () => void (await service.stop()))
    const proxy = await LossyProxy.start(service.url)
    onTestFinished(() => proxy.stop())
    const app = await ExampleProcess.start(file, proxy.url)
    onTestFinished(async () => void (await app.stop()))
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1')
    const head =
      'POST /run/python HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n'
    socket.write(`${head}{"source"`, () => socket.destroy())
    await until(async () => proxy.records.length === 1, 'reporting of the request that was given up')
    await fetch(`${app.url}/run/python`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([JSON.stringify({ source: 'x'.repeat(50_000) })]).stream(),
      duplex: 'half',
    } as RequestInit)
    await until(async () => proxy.records.length === 2, 'reporting of the upload')
    expect(proxy.records).toMatchObject([{ errors: 1 }, { input_length: 50_013, errors: 0 }])
  },
)

test.for(['express/app.mjs', 'fastify/app.mjs'])(
  '%s answers as ever when the sentinel is silent',
  async (file) => {
    const app = await ExampleProcess.start(file, await silentServer())
    onTestFinished(async () => void (await app.stop()))
    const answer = await run(app.url, '{}')
    expect(await answer.json()).toEqual({ language: 'python', accepted: true })
  },
)

test('the example app of the Kubernetes sidecar reports every request, and stops when it is told', async () => {
  const service = await ServiceProcess.start({ SENTINEL_MAX_DELAY_MS: '0' })
  onTestFinished(async () => void (await service.stop()))
  const app = await ExampleProcess.start('../deploy/kubernetes/overlays/sidecar/app.mjs', service.url)
  for (let i = 0; i < 3; i++) expect(await (await fetch(app.url)).text()).toBe('hello\n')
  await until(async () => (await historySize(service)) === 3, 'learning from all')
  expect(await app.stop()).toBe(0)
})

test('in-process/app.mjs judges its requests itself, and turns away who is frozen', async () => {
  const app = await ExampleProcess.start('in-process/app.mjs', '')
  expect((await run(app.url, '{}')).status).toBe(200)
  const counts = async (): Promise<AdapterCounts> => (await fetch(`${app.url}/verdicts`)).json()
  await until(async () => (await counts()).judged > 0, 'judging the first request')
  expect(await counts()).toMatchObject({ anomalies: 0, broken: 0 })
  // Slower than the static limit, which decides while there is no forest.
  expect((await fetch(`${app.url}/slow`)).status).toBe(200)
  // It is judged after its answer: the next request may overtake that.
  await until(async () => (await run(app.url, '{}')).status === 429, 'being turned away')
  expect(await app.stop()).toBe(0)
})
