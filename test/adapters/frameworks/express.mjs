import { createServer, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import express from 'express'
import express4 from 'express4'
import { watchRequests } from '#sentinel/adapters/express.js'
import { boom, closed, EVENTS, listening, parts } from './routes.mjs'

const startExpress = (framework) => async (options, gate) => {
  const app = framework()
  const watch = watchRequests(options)
  app.use(watch)
  const tenant = framework.Router()
  tenant.get('/ok/:id', (_request, response) => void response.send('ok'))
  tenant.get('/boom/:id', boom)
  const api = framework.Router()
  api.use('/:tenant', tenant)
  app.use('/api', api)
  app.post('/upload', (request, response) => {
    text(request).then(
      (body) => response.json({ length: body.length }),
      () => {},
    )
  })
  app.get(
    '/status/:code',
    (request, response) => void response.status(Number(request.params.code)).send('as asked'),
  )
  app.get('/slow', async (_request, response) => {
    gate.reached()
    await gate.opened
    response.send('late')
  })
  app.get('/stream', (_request, response) => void parts(gate).pipe(response))
  app.get('/events', (_request, response) => void parts(gate).pipe(response.type(EVENTS)))
  app.get('/broken', (_request, response) => {
    response.write('half of')
    setImmediate(() => response.destroy())
  })
  app.get('/hijacked', (_request, response) => void ServerResponse.prototype.end.call(response, 'by hand'))
  app.get('/hints', (_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.send('after hints')
  })
  // Four parameters make it a handler of errors. Express' own would print them.
  app.use((_error, _request, response, _next) => response.status(500).send('failed'))
  const server = await listening(createServer(app))
  return { server, watch, close: () => closed(server) }
}

/** @type {import('./index.mjs').StartSubject} */
export const startExpress5 = startExpress(express)
/** @type {import('./index.mjs').StartSubject} */
export const startExpress4 = startExpress(express4)
