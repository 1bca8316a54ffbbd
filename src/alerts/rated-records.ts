import type { Detector, Treatment } from '../detector/detector.js'
import type { Verdict } from '../detector/verdict.js'
import type { RatedRecord } from './alarm.js'
import type { Draw } from './judgement.js'

const NO_VALUES: ArrayLike<number> = new Float64Array(0)

/** What the alarm has to know of the records that a detector rates. One object serves them all. */
export class RatedRecords {
  readonly #detector: Detector
  readonly #record: { -readonly [Name in keyof RatedRecord]-?: RatedRecord[Name] } = {
    route: '',
    score: Number.NaN,
    values: NO_VALUES,
    learns: true,
    known: true,
    expected: false,
    draw: null,
  }

  constructor(detector: Detector) {
    this.#detector = detector
  }

  /**
   * The one that was rated last, valid until the next. While there is no forest it has no score: the alarm then only
   * learns which values are usual.
   * @param treatment what an operator's words make of it
   * @param draw how it was drawn, where records are a sample of more
   */
  last(verdict: Verdict, treatment: Treatment, draw: Draw | null): RatedRecord {
    const { rated, learningPaused } = this.#detector
    const record = this.#record
    const route = rated?.route ?? ''
    record.route = route
    record.score = verdict.detector === 'forest' ? verdict.score : Number.NaN
    record.values = rated?.considered ?? NO_VALUES
    record.learns = treatment !== 'never' && !learningPaused
    record.known = verdict.scope !== 'baseline' || route === ''
    record.expected = treatment === 'expected'
    record.draw = draw
    return record
  }
}
