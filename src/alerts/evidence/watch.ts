import { AlertsStateError, type Captured, memberOf, numbersOf } from '../captured.js'
import { KeptIncident } from './gathered-incident.js'

/** Evidence that keeps an open incident hot: a few ordinary records cool it down. */
const HEAT = 1.5
/** So many odd records are a flood, between whose records ordinary ones come: it cools down more slowly. */
const FLOOD = 16
/** The same where a shift is the evidence, whose records are mostly ordinary ones; no flood is hotter. */
const SHIFT_HEAT = 6
/** Without evidence for this long an incident is over. */
export const CALM_MS = 60_000
/** Where records are far apart, a minute is not enough to see calm: so many usual gaps, but an hour at most. */
const CALM_GAPS = 20
const LONGEST_CALM_MS = 3_600_000
/** Odd records inside an incident after which they are taken for what is usual from now on; fewer of an expected change. */
const ACCEPTED_AFTER = 1000
const EXPECTED_AFTER = ACCEPTED_AFTER / 5
/** What goes on for this long is accepted after as few as an expected change: where records are few, time counts, too. */
const LONG_MS = 4 * 3_600_000

/** Least evidence that heats it up again, and how many calm minutes shall pass for one that chance heats up. */
const LEAST_REHEAT = Math.log(100)
const MINUTES = 5

/**
 * Evidence that heats an open incident up again: less than it took to open, for what came back has been seen, but more
 * than the records of a calm minute come to by chance.
 * @param gapMs from record to record of its route; 0 when that is not known
 */
export function reheatOf(gapMs: number): number {
  return Math.max(LEAST_REHEAT, Math.log((MINUTES * CALM_MS) / Math.max(gapMs, 1)))
}

/**
 * An open incident while it lasts. It is hot while evidence keeps coming: then it collects records and nothing is learnt from
 * its route. Once that has gone it collects no more, and closes after a calm minute; until then less evidence than at first
 * makes it hot again.
 */
export class Watch {
  readonly incident: KeptIncident
  hot: boolean
  /** Index of the feature that has shifted; -1 where rare records are the evidence. */
  shifted: number
  /** The same when it was opened. */
  readonly began: number
  /** When it was hot last. */
  hotMs: number
  /** The route has stopped, so no record can say that it has not. */
  silent: boolean
  readonly #calmMs: number
  #heat = 0
  #oddRecords = 0

  /**
   * @param gapMs from record to record of its route; 0 when that is not known
   * @param began of one that was opened before, as `shifted` was then
   */
  constructor(
    incident: KeptIncident,
    hot: boolean,
    shifted: number,
    nowMs: number,
    gapMs: number,
    began = shifted,
  ) {
    this.#calmMs = Math.min(Math.max(CALM_MS, CALM_GAPS * gapMs), LONGEST_CALM_MS)
    this.incident = incident
    this.hot = hot
    this.shifted = shifted
    this.began = began
    this.hotMs = nowMs
    this.silent = incident.kind === 'silence'
    this.#heat = this.#most
  }

  /**
   * Whether records inside it are still no part of what is usual.
   * @param changeExpected by an operator
   */
  freezesLearning(changeExpected: boolean): boolean {
    const soon = changeExpected || this.hotMs - this.incident.openedMs >= LONG_MS
    return this.hot && this.#oddRecords <= (soon ? EXPECTED_AFTER : ACCEPTED_AFTER)
  }

  /** How far it has cooled down, 0 to 1: the less likely a record that is only a little odd is part of it. */
  get coolness(): number {
    return this.shifted >= 0 ? 0 : 1 - this.#heat / this.#most
  }

  /** Whether it is over. */
  isOver(nowMs: number): boolean {
    return !this.silent && nowMs - this.hotMs > this.#calmMs
  }

  /** Evidence has come back. */
  reheat(shifted: number): void {
    this.hot = true
    this.shifted = shifted
    this.#heat = this.#most
  }

  /**
   * A record has come while it is hot.
   * @param gain log evidence of the record, of the kind that keeps it hot
   * @returns whether it has cooled down
   */
  feel(gain: number, nowMs: number): boolean {
    if (gain > 0 || this.shifted >= 0) this.#oddRecords += 1
    this.#heat = Math.min(this.#most, this.#heat + gain)
    if (this.#heat <= 0) this.hot = false
    else this.hotMs = nowMs
    return !this.hot
  }

  capture(): Captured {
    const { hot, shifted, hotMs, silent } = this
    const numbers = Float64Array.of(
      hot ? 1 : 0,
      shifted,
      hotMs,
      silent ? 1 : 0,
      this.#heat,
      this.#oddRecords,
      this.#calmMs,
      this.began,
    )
    return { incident: this.incident.capture(), numbers }
  }

  /** @throws AlertsStateError when that is no watch */
  static restored(captured: Captured): Watch {
    const n = numbersOf(captured, 'numbers')
    // A state of before it was known what an incident began with has one number less.
    if (n.length !== 7 && n.length !== 8) throw new AlertsStateError('numbers is not 8 numbers')
    const incident = KeptIncident.restored(memberOf(captured, 'incident'))
    const watch = new Watch(
      incident,
      n[0] === 1,
      n[1] as number,
      n[2] as number,
      (n[6] as number) / CALM_GAPS,
      n[7],
    )
    watch.silent = n[3] === 1
    watch.#heat = n[4] as number
    watch.#oddRecords = n[5] as number
    return watch
  }

  get #most(): number {
    if (this.shifted >= 0) return SHIFT_HEAT
    return Math.min(SHIFT_HEAT, HEAT + Math.log(1 + this.#oddRecords / FLOOD))
  }
}
