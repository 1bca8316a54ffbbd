// node examples/express/app.mjs: a service that reports to the sentinel at SENTINEL_URL.
import express from 'express'
import { SentinelClient } from '../javascript/sentinel-client.mjs'
import { sentinel } from './sentinel-middleware.mjs'

// Every alert is worth a line; only a freeze is worth locking somebody out. What to lock is yours to decide.
const onThreat = ({ action, reason }) => console.warn(`${action === 'freeze' ? 'lock' : action}: ${reason}`)
const client = new SentinelClient({ url: process.env.SENTINEL_URL, token: process.env.SENTINEL_API_TOKEN })
const app = express()
app.use(sentinel({ client, onThreat }))
app.use(express.json({ limit: '1mb' }))
app.post('/run/:language', (request, response) => {
  response.json({ language: request.params.language, accepted: true })
})
app.get('/broken', (_request, response) => {
  response.status(500).json({ message: 'broken on purpose' })
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listens at http://127.0.0.1:${server.address().port}`)
})
process.once('SIGTERM', () => server.close())
