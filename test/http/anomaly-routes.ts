import Fastify, { type FastifyInstance } from 'fastify'
import { vi } from 'vitest'
import { IncidentLog } from '#sentinel/alerts/incidents/incident-log.js'
import { AnomalyLog } from '#sentinel/anomalies/anomaly-log.js'
import { Detail } from '#sentinel/anomalies/detail.js'
import { type AnomalyRoutesOptions, anomalyRoutes } from '#sentinel/http/routes/anomalies.js'
import { ErrorAnswer } from '#sentinel/http/schemas/error.js'
import { Connections } from '#sentinel/http/sockets/connections.js'
import { Pipelines } from '#sentinel/http/sockets/pipelines.js'
import { Drain } from '#sentinel/http/stop/drain.js'
import { SLOW } from '../explain/verdicts.js'

/** Of the test that runs. */
export let log: AnomalyLog
export let incidents: IncidentLog
export let app: FastifyInstance

/** An app of these routes alone, in the place of the one before. */
export async function start(options: Partial<AnomalyRoutesOptions> = {}): Promise<void> {
  app = Fastify()
  app.addSchema(ErrorAnswer)
  app.addSchema(Detail)
  const connections = new Connections({ max: 64, patienceMs: 5000 })
  const pipelines = new Pipelines((socket) => connections.used(socket))
  const drain = new Drain({ connections, pipelines, drainMs: 0, patienceMs: 5000, onCut() {} })
  connections.watch(app.server)
  pipelines.watch(app.server)
  drain.watch(app.server)
  app.addHook('preClose', () => drain.finish())
  await app.register(anomalyRoutes, { log, incidents, leave: drain, ...options })
}

/** To be called before each test; what it returns, after it. */
export async function startAfresh(): Promise<() => Promise<void>> {
  log = new AnomalyLog({ max: 100 })
  incidents = new IncidentLog({ ids: log.ids })
  await start()
  return async () => {
    vi.useRealTimers()
    await app.close()
  }
}

/** Logs so many anomalies; gives their ids, oldest first. */
export function logged(count: number): string[] {
  return Array.from({ length: count }, (_, i) => log.add({ verdict: SLOW, reason: `r${i}`, route: '/a' }).id)
}
