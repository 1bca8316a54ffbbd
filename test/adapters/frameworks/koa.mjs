import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import KoaRouter from '@koa/router'
import Koa from 'koa'
import { watchRequests } from '#sentinel/adapters/koa.js'
import { boom, closed, EVENTS, listening, parts } from './routes.mjs'

/** @type {import('./index.mjs').StartSubject} */
export async function startKoa(options, gate) {
  const app = new Koa()
  app.silent = true
  const watch = watchRequests(options)
  app.use(watch)
  const router = new KoaRouter()
  const tenant = new KoaRouter()
  tenant.get('/ok/:id', (context) => {
    context.body = 'ok'
  })
  tenant.get('/boom/:id', boom)
  router.use('/api/:tenant', tenant.routes())
  router.post('/upload', async (context) => {
    context.body = { length: (await text(context.req)).length }
  })
  router.get('/status/:code', (context) => {
    context.status = Number(context.params.code)
    context.body = 'as asked'
  })
  router.get('/slow', async (context) => {
    gate.reached()
    await gate.opened
    context.body = 'late'
  })
  router.get('/stream', (context) => {
    context.body = parts(gate)
  })
  router.get('/events', (context) => {
    context.type = EVENTS
    context.body = parts(gate)
  })
  router.get('/broken', (context) => {
    context.respond = false
    context.res.write('half of')
    setImmediate(() => context.res.destroy())
  })
  router.get('/hijacked', (context) => {
    context.respond = false
    context.res.statusCode = 200
    context.res.end('by hand')
  })
  router.get('/hints', (context) => {
    context.res.writeEarlyHints({ link: '</style.css>; rel=preload' })
    context.body = 'after hints'
  })
  app.use(router.routes())
  const server = await listening(createServer(app.callback()))
  return { server, watch, close: () => closed(server) }
}
