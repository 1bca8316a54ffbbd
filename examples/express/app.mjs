// node examples/express/app.mjs: a service whose requests are reported to the sentinel at SENTINEL_URL.
import { watchRequests } from 'codeflow-sentinel/express'
import express from 'express'

// Every alert is worth a line; only a freeze is worth locking somebody out. What to lock is yours to decide.
const onVerdict = ({ anomaly }) => anomaly && console.warn(`${anomaly.action}: ${anomaly.reason}`)
const report = process.env.SENTINEL_URL || 'http://127.0.0.1:8000'
const app = express()
app.use(watchRequests({ report, token: process.env.SENTINEL_API_TOKEN, onVerdict }))
app.use(express.json({ limit: '1mb' }))

app.post('/run/:language', ({ params }, response) =>
  response.json({ language: params.language, accepted: true }),
)
app.get('/broken', () => {
  throw new Error('broken on purpose')
})
const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listens at http://127.0.0.1:${server.address().port}`)
})
process.once('SIGTERM', () => server.close())
