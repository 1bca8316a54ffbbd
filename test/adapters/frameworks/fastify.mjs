import { text } from 'node:stream/consumers'
import { fastify } from 'fastify'
import { watchRequests } from '#sentinel/adapters/fastify.js'
import { boom, EVENTS, parts } from './routes.mjs'

/** @type {import('./index.mjs').StartSubject} */
export async function startFastify(options, gate) {
  const app = fastify({ exposeHeadRoutes: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    (_request, payload, done) => void text(payload).then((body) => done(null, body), done),
  )
  await app.register(watchRequests, options)
  await app.register(
    async (scope) => {
      scope.get('/:tenant/ok/:id', async () => 'ok')
      scope.get('/:tenant/boom/:id', async () => boom())
    },
    { prefix: '/api' },
  )
  app.post('/upload', async (request) => ({ length: request.body.length }))
  app.get('/status/:code', async (request, reply) => reply.code(Number(request.params.code)).send('as asked'))
  app.get('/slow', async () => {
    gate.reached()
    await gate.opened
    return 'late'
  })
  app.get('/stream', (_request, reply) => reply.send(parts(gate)))
  app.get('/events', (_request, reply) => reply.type(EVENTS).send(parts(gate)))
  app.get('/broken', (_request, reply) => {
    reply.hijack()
    reply.raw.write('half of')
    setImmediate(() => reply.raw.destroy())
  })
  app.get('/hijacked', (_request, reply) => {
    reply.hijack()
    reply.raw.end('by hand')
  })
  app.get('/hints', (_request, reply) => {
    reply.raw.writeEarlyHints({ link: '</style.css>; rel=preload' })
    reply.send('after hints')
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { server: app.server, watch: app.requestWatch, close: () => app.close() }
}
