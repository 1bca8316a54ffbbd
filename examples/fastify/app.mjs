// node examples/fastify/app.mjs: a service that reports to the sentinel at SENTINEL_URL.
import { fastify } from 'fastify'
import { SentinelClient } from '../javascript/sentinel-client.mjs'
import { sentinel } from './sentinel-plugin.mjs'

// Every alert is worth a line; only a freeze is worth locking somebody out. What to lock is yours to decide.
const onThreat = ({ action, reason }) => console.warn(`${action === 'freeze' ? 'lock' : action}: ${reason}`)
const client = new SentinelClient({ url: process.env.SENTINEL_URL, token: process.env.SENTINEL_API_TOKEN })
const app = fastify()
await app.register(sentinel, { client, onThreat })
app.post('/run/:language', async (request) => ({ language: request.params.language, accepted: true }))
app.get('/broken', async (_request, reply) => reply.code(500).send({ message: 'broken on purpose' }))

const address = await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })
console.log(`listens at ${address}`)
process.once('SIGTERM', () => app.close())
