import type { Activity } from '../activity/activity.js'
import type { IncidentLog } from '../alerts/incidents/incident-log.js'
import type { Origin } from '../alerts/origin.js'
import type { AnomalyLog } from '../anomalies/anomaly-log.js'
import type { CommonGround } from '../detector/training/common-ground.js'
import type { Explainer } from '../explain/explainer.js'
import type { IgnoredFields } from '../telemetry/ignored-fields.js'
import type { SentinelListener } from './options.js'

/** What is found, and what explains it. @internal */
export interface Findings {
  readonly anomalies: AnomalyLog
  readonly incidents: IncidentLog
  readonly explainer: Explainer
}

/** What the entities of one detector have in common. @internal */
export interface SharedByDetector {
  readonly activity: Activity
  readonly ignored: IgnoredFields
}

/** What sentinels have in common that stand beside each other, each with a baseline of its own. @internal */
export interface Company {
  /** The memory that all learn in, and who fits. */
  readonly ground: CommonGround
  /** Who this one is. */
  readonly origin: Required<Origin>
  /** Whoever hears of all of them. */
  readonly listeners: SentinelListener[]
  /** What all write to; null for the first of them, whose own it is. */
  readonly findings: Findings | null
  /** What those of one detector share; null for the first of a detector, whose own it is. */
  readonly detector: SharedByDetector | null
}
