import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { analyze, metric, NORMAL, startApp } from '../subject.js'

/** Keeps the event loop from turning. */
function occupy(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('requests are shed while the event loop lags, and health and metrics still answer', async () => {
  const app = await startApp({ SENTINEL_MAX_DELAY_MS: '5' })
  let answer = await analyze(app, NORMAL)
  expect(answer.statusCode).toBe(200)
  while (answer.statusCode === 200) {
    occupy(60)
    // A turn of the event loop, in which the delay is noticed.
    await new Promise((resolve) => setTimeout(resolve))
    answer = await analyze(app, NORMAL)
  }
  expect(answer.statusCode).toBe(503)
  expect(answer.headers['retry-after']).toBe('1')
  expect(answer.json().code).toBe('SENTINEL_OVERLOADED')
  for (const path of ['/health', '/health/live', '/health/ready']) {
    expect((await app.inject(path)).statusCode).toBe(200)
  }
  expect((await metric(app, 'sentinel_refused_requests_total'))['{reason="load"}']).toBeGreaterThan(0)
  // It recovers by itself once the event loop turns again.
  while (answer.statusCode === 503) {
    await new Promise((resolve) => setImmediate(resolve))
    answer = await analyze(app, NORMAL)
  }
  expect(answer.statusCode).toBe(200)
})

test.each(['/healthanything', '/metricsanything'])('%s is shed like any other path', async (path) => {
  const app = await startApp({ SENTINEL_MAX_DELAY_MS: '5' })
  let answer = await app.inject(path)
  expect(answer.statusCode).toBe(404)
  while (answer.statusCode === 404) {
    occupy(60)
    await new Promise((resolve) => setTimeout(resolve))
    answer = await app.inject(path)
  }
  expect(answer.json().code).toBe('SENTINEL_OVERLOADED')
})

test('connections beyond the limit are closed and counted, those within it go on', async () => {
  const app = await startApp({ SENTINEL_MAX_CONNECTIONS: '2' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const open = async () => {
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.setEncoding('utf8')
    await once(socket, 'connect')
    return socket
  }
  const first = await open()
  await open()
  const third = await open()
  await once(third.resume(), 'close')
  first.write('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n')
  expect(String(await once(first, 'data'))).toContain('HTTP/1.1 200')
  expect(await metric(app, 'sentinel_dropped_connections_total')).toEqual({ '': 1 })
})
