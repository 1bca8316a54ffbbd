// A small service to be measured with and without an adapter: node service.mjs fastify|express bare|judge|report [URL]
import process from 'node:process'
import { watchRequests as watchExpress } from 'codeflow-sentinel/express'
import { watchRequests as watchFastify } from 'codeflow-sentinel/fastify'
import { Sentinel } from 'codeflow-sentinel/sentinel'
import express from 'express'
import { fastify } from 'fastify'

const [, , framework, mode, report] = process.argv
const options = mode === 'judge' ? { sentinel: await Sentinel.create() } : { report }
const watched = mode !== 'bare'

if (framework === 'fastify') {
  const app = fastify()
  if (watched) await app.register(watchFastify, options)
  app.post('/run/:language', async () => ({ status: 'OK' }))
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  process.send(`${address}/run/python`)
} else {
  const app = express()
  if (watched) app.use(watchExpress(options))
  app.use(express.json())
  app.post('/run/:language', (_request, response) => response.json({ status: 'OK' }))
  const server = app.listen(0, '127.0.0.1', () => {
    process.send(`http://127.0.0.1:${server.address().port}/run/python`)
  })
}
