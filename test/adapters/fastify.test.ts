import { once } from 'node:events'
import { ServerResponse } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { fastify } from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { watchRequests } from '#sentinel/adapters/fastify.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { WAIT } from './watched.js'

async function sentinelOf() {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  return { sentinel, judge: vi.spyOn(sentinel, 'judge') }
}

test('requests that are injected are judged, too', async () => {
  const { sentinel, judge } = await sentinelOf()
  const app = fastify()
  await app.register(watchRequests, { sentinel })
  app.get('/users/:id', async () => 'ok')
  onTestFinished(() => app.close())
  await app.inject('/users/17')
  await vi.waitFor(() => expect(judge).toHaveBeenCalledTimes(1), WAIT)
  expect(judge.mock.calls[0]?.[0]).toMatchObject({ route: '/users/:id', errors: 0 })
})

test('a socket that a route took over is none of its business, however long it lives', async () => {
  const { sentinel } = await sentinelOf()
  const app = fastify()
  await app.register(watchRequests, { sentinel })
  app.get('/chat', (_request, reply) => {
    reply.hijack()
    reply.raw.socket?.write(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n',
    )
  })
  // As @fastify/websocket does it.
  app.server.on('upgrade', (request, socket) => {
    const response = new ServerResponse(request)
    response.assignSocket(socket as never)
    socket.once('end', () => socket.end()).resume()
    app.routing(request, response)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET /chat HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n')
  expect(String((await once(socket, 'data'))[0])).toContain('101')
  socket.end()
  await once(socket.resume(), 'close')
  await vi.waitFor(async () => expect(await connections(app.server)).toBe(0), WAIT)
  expect(app.requestWatch.counts).toMatchObject({ judged: 0, broken: 0 })
})

test('HTTP/2, answered and reset', async () => {
  const { sentinel, judge } = await sentinelOf()
  const app = fastify({ http2: true })
  await app.register(watchRequests, { sentinel } as never)
  let reached = (): void => {}
  const waits = new Promise<void>((resolve) => {
    reached = resolve
  })
  app.addContentTypeParser('*', (_request, payload, done) => payload.resume().once('end', () => done(null)))
  app.post('/upload', async () => 'ok')
  app.get('/slow', () => {
    reached()
    return new Promise(() => {})
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const session = connectHttp2(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  onTestFinished(async () => {
    session.destroy()
    await app.close()
  })
  const sent = session.request({ ':method': 'POST', ':path': '/upload', 'content-type': 'text/plain' })
  sent.end('x'.repeat(5000))
  await once(sent.resume(), 'close')
  await vi.waitFor(() => expect(judge).toHaveBeenCalledTimes(1), WAIT)
  const lost = session.request({ ':path': '/slow' })
  lost.on('error', () => {})
  await waits
  lost.close(8)
  await vi.waitFor(() => expect(judge).toHaveBeenCalledTimes(2), WAIT)
  expect(judge.mock.calls.map(([record]) => record)).toMatchObject([
    { route: '/upload', errors: 0, input_length: 5000 },
    { route: '/slow', errors: 1 },
  ])
})

test('options that cannot be meant stop the start', async () => {
  const app = fastify()
  await expect(app.register(watchRequests, { report: 'nowhere' })).rejects.toThrow(
    'report is http://host:port',
  )
})

function connections(server: {
  getConnections(done: (error: Error | null, count: number) => void): unknown
}) {
  return new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
}
