import type { AlertOptions } from '../alerts/alert-options.js'
import type { IncidentFacts } from '../alerts/incidents/incident-log.js'
import type { DetectorOptions } from '../detector/detector.js'
import type { SentinelLog } from '../sentinel/options.js'
import type { TelemetryModel } from '../telemetry/model.js'

/** How a sentinel takes part in a fleet, as an operator sets it. */
export interface FleetSettings {
  /** Where the bus is: `redis://`, `rediss://` or `unix://`. */
  readonly url: string
  /** Sentinels of one name, features and options are one fleet. */
  readonly name: string
  /** `auto`: it leads when nobody else does; `follower`: never. */
  readonly role: 'auto' | 'follower'
  /** Records a second that are sent to be learnt from, at most. */
  readonly sampleRate: number
  /** What routes are hashed with before anything is learnt of them; null where they are sent as they are. */
  readonly routeKey: string | null
  /** How long a leader that is not heard of stays leader, ms. */
  readonly leaseMs: number
  /** How long the last model is used without the bus before the replica learns by itself, ms. */
  readonly graceMs: number
}

/** What the leader learns with: what the sentinel itself was made of. */
export interface LearningOptions {
  readonly detector: Omit<DetectorOptions, 'forest' | 'telemetry'>
  readonly telemetry: TelemetryModel
  readonly alerts: AlertOptions
  /** Says what an incident is in a sentence. */
  readonly sentence: (facts: Omit<IncidentFacts, 'summary'>) => string
  readonly log: SentinelLog
}
