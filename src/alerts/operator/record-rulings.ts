import type { Detector, Treatment } from '../../detector/detector.js'
import { type Findings, type Lead, leadOf } from '../lead.js'
import type { LearningPause } from './learning-pause.js'
import type { Mutes } from './mutes.js'
import type { NeverLearntList } from './never-learnt.js'
import type { Mute, NeverLearnt } from './pattern-schemas.js'
import type { RecentRecords } from './recent-records.js'

/** Whether a record alerts, and whether anybody hears of it. @internal */
export type AlertOutcome = 'none' | 'alerted' | 'muted'

/** @internal */
export interface RecordRulingsParts {
  readonly detector: Detector
  readonly mutes: Mutes
  readonly neverLearnt: NeverLearntList
  readonly recent: RecentRecords
  readonly pause: LearningPause
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/**
 * What an operator's words make of each record: the questions are about the record that the detector rated last, and are
 * asked in the order in which they stand here. @internal
 */
export class RecordRulings {
  readonly #parts: RecordRulingsParts
  /** What the record falls under. */
  #threat: NeverLearnt | null = null
  /** What it is expected by. */
  #mute: Mute | null = null
  /** What leads in the alert that was asked about last. */
  #lead: Lead | null = null

  constructor(parts: RecordRulingsParts) {
    this.#parts = parts
  }

  /** Whether the record is one that an operator called a threat, and so nothing may learn from it. */
  keepsOut(): boolean {
    const { detector, neverLearnt, clock } = this.#parts
    const { rated } = detector
    this.#mute = null
    this.#threat =
      rated === null || neverLearnt.size === 0 ? null : neverLearnt.match(rated.route, rated.values, clock())
    return this.#threat !== null
  }

  /** Whether `expects` may say yes, for which the findings of the record are needed. */
  get mayExpect(): boolean {
    return this.#parts.mutes.size > 0 && this.#threat === null
  }

  /**
   * Whether an operator expects records like it: then it is no evidence of anything. A threat is never expected.
   * @param findings of its verdict
   */
  expects(findings: Findings): boolean {
    const { detector, mutes, clock } = this.#parts
    const { rated } = detector
    const lead = rated === null ? null : leadOf(findings)
    if (rated !== null && lead !== null) this.#mute = mutes.match(rated.route, lead, clock())
    return this.#mute !== null
  }

  /**
   * Whether nobody is to hear of it, which would alert. To be asked only of such a record.
   * @param findings of its verdict
   */
  mutes(findings: Findings): boolean {
    this.#lead = leadOf(findings)
    if (this.#mute === null) return false
    this.#mute.muted += 1
    return true
  }

  /**
   * What becomes of it.
   * @param alert what comes of it
   */
  treatmentOf(alert: AlertOutcome): Treatment {
    const { detector, recent, pause } = this.#parts
    const { rated } = detector
    if (rated === null) return 'usual'
    const { route, values } = rated
    recent.push(route, values, alert === 'none' ? null : this.#lead)
    pause.lapse()
    if (this.#threat !== null) {
      this.#threat.kept_out += 1
      return 'never'
    }
    return alert === 'muted' ? 'expected' : 'usual'
  }
}
