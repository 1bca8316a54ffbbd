// What the service is compared with: a Fastify route with the same request schema, the same ajv options and the
// same logger (JSON lines at `info`, no line a request), that answers {"status":"OK"} and does nothing else.
import { fastify, LogController } from 'fastify'
import { AJV_OPTIONS } from '#sentinel/http/compilers/ajv-options.js'
import { loggerOptions } from '#sentinel/http/logger.js'
import { Telemetry } from '#sentinel/telemetry/record.js'

const app = fastify({
  logger: loggerOptions('info'),
  logController: new LogController({ disableRequestLogging: true }),
  ajv: AJV_OPTIONS,
})
const answer = { type: 'object', properties: { status: { type: 'string' } } }
app.post('/analyze-flow', { schema: { body: Telemetry, response: { 200: answer } } }, () => ({
  status: 'OK',
}))
await app.listen({ host: '127.0.0.1', port: Number(process.env.SENTINEL_PORT) })
