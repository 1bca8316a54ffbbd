import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config/config.js'
import { Detectors } from '../../detectors/detectors.js'
import type { Sentinel } from '../../sentinel.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { type RepeatedRequests, repeatedRequests } from '../repeats/repeated-requests.js'
import { Departure } from '../stop/departure.js'
import type { Drain } from '../stop/drain.js'
import { membershipOf } from './fleet-membership.js'
import { webhookFor } from './incident-webhook.js'
import { detectorsOf } from './own-detectors.js'
import { addRoutes } from './routes.js'

/** What serves by one configuration, behind listeners that may outlive it. */
export interface Serving {
  readonly config: Config
  readonly detectors: Detectors
  /** The one that judges by default. */
  readonly sentinel: Sentinel
  readonly departure: Departure
  readonly repeated: RepeatedRequests
  /** From now on it is this one that takes part in a fleet, tells of incidents, and is measured. */
  begin(): Promise<void>
}

export interface ServingOptions {
  readonly config: Config
  readonly metrics: SentinelMetrics
  readonly drain: Drain
  /** One that is not its own to close. */
  readonly sentinel?: Sentinel | undefined
  /** What served before, whose place it is to take. */
  readonly before?: Serving
}

/**
 * Adds to an app what a configuration says.
 * @throws ConfigError, ForestError where the sentinel that it says cannot be made
 */
export async function serve(app: FastifyInstance, options: ServingOptions): Promise<Serving> {
  const { config, metrics, before } = options
  const detectors =
    options.sentinel === undefined
      ? await detectorsOf(config, metrics, app.log, before)
      : Detectors.ofOne(options.sentinel)
  try {
    return await serveBy(detectors, app, options)
  } catch (error) {
    // What was made for this alone goes again.
    if (options.sentinel === undefined && detectors !== before?.detectors) await detectors.close()
    throw error
  }
}

async function serveBy(
  detectors: Detectors,
  app: FastifyInstance,
  options: ServingOptions,
): Promise<Serving> {
  const { config, metrics, drain, before } = options
  const departure = new Departure(() => drain.begun)
  const sentinel = detectors.default.shared
  const fleet = await membershipOf(config, sentinel, app.log)
  const { idempotencyMax } = config.limits
  const repeated =
    before?.config.limits.idempotencyMax === idempotencyMax
      ? before.repeated
      : repeatedRequests(idempotencyMax)
  const figures = fleet?.figures ?? null
  // None of what `begin` reads leads to what served before: that is gone with its last request.
  const areNew = detectors !== before?.detectors
  const isGuest = options.sentinel !== undefined
  await addRoutes(app, { config, detectors, metrics, leave: departure, repeated, fleet: figures })

  async function begin(): Promise<void> {
    const { detector, incidents } = sentinel
    metrics.watch(detector)
    metrics.expect(detectors.features)
    if (detectors.several && areNew) metrics.showDetectors(detectors.all)
    metrics.showAlerts({
      incidentsOpen: () => incidents.openCount,
      alertShare: () => sentinel.alertShare,
      alertRate: () => sentinel.alertRate,
    })
    if (isGuest) departure.onEnd(sentinel.listen(metrics))
    const webhook = await webhookFor(config, sentinel, metrics, app.log, fleet)
    if (webhook !== null) departure.onEnd(() => webhook.close())
    if (fleet === null) return
    metrics.showFleet(fleet.figures)
    departure.onEnd(() => fleet.close())
    fleet.start()
  }
  return { config, detectors, sentinel, departure, repeated, begin }
}
