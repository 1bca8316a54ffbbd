// node examples/fastify/app.mjs: a service whose requests are reported to the sentinel at SENTINEL_URL.
import { watchRequests } from 'codeflow-sentinel/fastify'
import { fastify } from 'fastify'

// Every alert is worth a line; only a freeze is worth locking somebody out. What to lock is yours to decide.
const onVerdict = ({ anomaly }) => anomaly && console.warn(`${anomaly.action}: ${anomaly.reason}`)
const report = process.env.SENTINEL_URL || 'http://127.0.0.1:8000'
const app = fastify()
await app.register(watchRequests, { report, token: process.env.SENTINEL_API_TOKEN, onVerdict })

app.post('/run/:language', async ({ params }) => ({ language: params.language, accepted: true }))
app.get('/broken', async () => {
  throw new Error('broken on purpose')
})
console.log(`listens at ${await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })}`)
process.once('SIGTERM', () => app.close())
