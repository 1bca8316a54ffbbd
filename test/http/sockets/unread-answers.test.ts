import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { UnreadAnswers } from '#sentinel/http/sockets/unread-answers.js'
import { until } from '../../until.js'
import { connected } from '../exchange.js'

const MIB = 2 ** 20
/** More than the system keeps for a connection that nobody reads from. */
const LONG = 'x'.repeat(12 * MIB)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  return () => vi.useRealTimers()
})

async function started(most: number) {
  const app = fastify()
  new UnreadAnswers(most).bound(app)
  app.get('/long', async (_request, reply) => reply.type('text/plain').send(LONG))
  app.get('/16-kib', async (_request, reply) => reply.type('text/plain').send('x'.repeat(2 ** 14)))
  app.get('/metrics', async (_request, reply) => reply.type('text/plain').send(LONG))
  app.get('/short', async (_request, reply) => reply.type('text/plain').send('short'))
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => {
    app.server.closeAllConnections()
    return app.close()
  })
  const { port } = app.server.address() as AddressInfo
  return {
    port,
    /** Asks and reads nothing. */
    async deaf() {
      const socket = await connected(port)
      socket.on('error', () => {}).pause()
      onTestFinished(() => void socket.destroy())
      const asked = new Promise((resolve) => app.server.once('request', resolve))
      socket.write('GET /long HTTP/1.1\r\nhost: a\r\n\r\n')
      await asked
      return socket
    },
    async status(path: string): Promise<number> {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`)
      await answer.text()
      return answer.status
    },
  }
}

test('an answer that does not fit beside those that nobody reads is refused, and a short one is not', async () => {
  const { deaf, status, port } = await started(20 * MIB)
  await deaf()
  await until(async () => (await status('/long')) === 503, 'no room')
  expect(await status('/short')).toBe(200)
  const refused = await fetch(`http://127.0.0.1:${port}/long`)
  expect(refused.headers.get('retry-after')).toBe('5')
  expect(await refused.json()).toMatchObject({ statusCode: 503, code: 'SENTINEL_OVERLOADED' })
})

test('answers count from 16 KiB on, and metrics are answered however many are not read', async () => {
  const { deaf, status } = await started(12 * MIB)
  await deaf()
  await until(async () => (await status('/16-kib')) === 503, 'no room')
  expect(await status('/short')).toBe(200)
  expect(await status('/metrics')).toBe(200)
})

test('who does not read for five seconds is cut off when another answer needs the room', async () => {
  const { deaf, status } = await started(20 * MIB)
  const socket = await deaf()
  await until(async () => (await status('/long')) === 503, 'no room')
  vi.advanceTimersByTime(4900)
  expect(await status('/long')).toBe(503)
  vi.advanceTimersByTime(200)
  expect(await status('/long')).toBe(200)
  socket.resume()
  await until(async () => socket.destroyed, 'it is cut off')
})

test('who goes away leaves the room to others, and one answer may be larger than all of it', async () => {
  const { deaf, status } = await started(MIB)
  expect(await status('/long')).toBe(200)
  const socket = await deaf()
  await until(async () => (await status('/long')) === 503, 'no room')
  socket.destroy()
  await until(async () => (await status('/long')) === 200, 'room again')
})
