import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { watchRequests } from '#sentinel/adapters/hono.js'
import { boom, closed, EVENTS, listening, parts } from './routes.mjs'

/** @type {import('./index.mjs').StartSubject} */
export async function startHono(options, gate) {
  const app = new Hono()
  const watch = watchRequests(options)
  app.use(watch)
  const tenant = new Hono()
  tenant.get('/ok/:id', (context) => context.text('ok'))
  tenant.get('/boom/:id', boom)
  app.route('/api/:tenant', tenant)
  app.post('/upload', async (context) => context.json({ length: (await context.req.text()).length }))
  app.get('/status/:code', (context) => context.text('as asked', Number(context.req.param('code'))))
  app.get('/slow', async (context) => {
    gate.reached()
    await gate.opened
    return context.text('late')
  })
  const web = () => Readable.toWeb(parts(gate)).pipeThrough(new TextEncoderStream())
  app.get('/stream', () => new Response(web()))
  app.get('/events', () => new Response(web(), { headers: { 'content-type': EVENTS } }))
  app.get('/broken', () => {
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('half of')),
      async pull() {
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('broken off on purpose')
      },
    })
    return new Response(body)
  })
  app.get('/hijacked', (context) => {
    context.env.outgoing.end('by hand')
    return new Response(null, { headers: { 'x-hono-already-sent': 'true' } })
  })
  app.get('/hints', (context) => {
    context.env.outgoing.writeEarlyHints({ link: '</style.css>; rel=preload' })
    return context.text('after hints')
  })
  app.onError((_error, context) => context.text('failed', 500))
  const server = await listening(createServer(getRequestListener(app.fetch)))
  return { server, watch, close: () => closed(server) }
}
