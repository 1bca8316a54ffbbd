import type { Origin } from '../alerts/origin.js'
import type { CommonGround } from '../detector/training/common-ground.js'
import type { SentinelListener } from './options.js'
import type { SentinelParts } from './parts.js'

/** What sentinels have in common that stand beside each other, each with a baseline of its own. @internal */
export interface Company {
  /** The memory that all learn in, and who fits. */
  readonly ground: CommonGround
  /** Who this one is. */
  readonly origin: Required<Origin>
  /** Whoever hears of all of them. */
  readonly listeners: SentinelListener[]
  /** What all write to; null for the first of them, whose own it is. */
  readonly findings: Pick<SentinelParts, 'anomalies' | 'incidents' | 'explainer'> | null
  /** What those of one detector share; null for the first of a detector, whose own it is. */
  readonly detector: Pick<SentinelParts, 'activity' | 'ignored'> | null
}
