import type { Config } from '../../config/config.js'
import { incidentSentence } from '../../explain/sentence/incident.js'
import { Wording } from '../../explain/sentence/phrases.js'
import type { LearningOptions } from '../../fleet/fleet-options.js'
import type { Membership } from '../../fleet/join.js'
import type { Sentinel, SentinelLog } from '../../sentinel.js'

/**
 * Takes part in a fleet from now on, where the configuration names one; null where not, and then nothing is loaded.
 * @throws Error when the package for the bus is not installed
 */
export async function membershipOf(
  { fleet, detector, telemetry, alerts }: Config,
  sentinel: Sentinel,
  log: SentinelLog,
): Promise<Membership | null> {
  if (fleet === null) return null
  const { joinFleet } = await import('../../fleet/join.js')
  const words = new Wording(telemetry.features)
  const sentence: LearningOptions['sentence'] = (facts) => incidentSentence(facts, words)
  return joinFleet(sentinel, fleet, { detector, telemetry, alerts, sentence, log })
}
