// node examples/in-process/app.mjs: a service that judges its requests itself, and slows callers down that stand out.
import { watchRequests } from 'codeflow-sentinel/fastify'
import { Sentinel } from 'codeflow-sentinel/sentinel'
import { fastify } from 'fastify'

const sentinel = await Sentinel.create()
/** Callers that may not come again before this time, by address. */
const held = new Map()
const onVerdict = ({ anomaly }, { ip }) => anomaly?.action === 'freeze' && held.set(ip, Date.now() + 60_000)
const app = fastify()
await app.register(watchRequests, { sentinel, onVerdict, errorStatuses: [401, 403] })
app.addHook('onRequest', async ({ ip }, reply) => {
  if ((held.get(ip) ?? 0) > Date.now()) return reply.code(429).send({ message: 'later' })
})

app.post('/run/:language', async ({ params }) => ({ language: params.language, accepted: true }))
app.get(
  '/slow',
  () => new Promise((resolve) => setTimeout(resolve, Number(process.env.SLOW_MS ?? 6000), { slow: true })),
)
app.get('/verdicts', async () => app.requestWatch.counts)
console.log(`listens at ${await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })}`)
process.once('SIGTERM', () => app.close().then(() => sentinel.close()))
