import { type Static, Type } from '@sinclair/typebox'

/** Who decided: the forest, a static rule, or nobody yet (no forest and no rule exceeded). */
export const DetectorKind = Type.Union(
  [Type.Literal('forest'), Type.Literal('heuristic'), Type.Literal('learning')],
  { description: 'What gave the verdict.' },
)
export type DetectorKind = Static<typeof DetectorKind>

/** What one feature of a record was, what the window held, and how much the forest blames it. */
export const Contribution = Type.Object(
  {
    feature: Type.String(),
    unit: Type.String(),
    value: Type.Number(),
    bits: Type.Number({
      description: 'Exact additive share of the score, in bits: score = 2^(-1 + sum of bits).',
    }),
    median: Type.Number({
      description:
        'Median of this feature over the records it was judged against: those of its route or all that are learnt from. Its own value where there are none.',
    }),
    percentile: Type.Number({
      minimum: 0,
      maximum: 100,
      description: 'Mid-rank of the value among those records: 0 is below all of them, 100 above all.',
    }),
  },
  { description: 'One feature of the record against the window.' },
)
export type Contribution = Static<typeof Contribution>

/** What a record is compared with: the sliding window, the guarded baseline, or what that knows of its route. */
export const Scope = Type.Union([Type.Literal('window'), Type.Literal('baseline'), Type.Literal('route')], {
  description: 'Which records the medians and percentiles were taken over.',
})
export type Scope = Static<typeof Scope>

/** A static rule that a record exceeded. */
export const ExceededRule = Type.Object({
  feature: Type.String(),
  unit: Type.String(),
  value: Type.Number(),
  limit: Type.Number(),
})
export type ExceededRule = Static<typeof ExceededRule>

/**
 * What the detector says of one record. `contributions` is in feature order, filled for anomalies that the
 * forest found and whenever detail was asked for, else empty; `exceeded` is filled for heuristic verdicts,
 * worst ratio first.
 */
export interface Verdict {
  readonly anomalous: boolean
  /** Anomaly score in (0, 1], higher is odder; of a heuristic verdict v/(v+limit) of the worst ratio. */
  readonly score: number
  /** Probability that the verdict survives a redraw of the window; of a heuristic verdict its score. */
  readonly confidence: number
  /** Scores strictly above it are anomalous; null while there is no forest. */
  readonly threshold: number | null
  /** Which fit gave the verdict; 0 while there is none. */
  readonly generation: number
  readonly detector: DetectorKind
  readonly contributions: readonly Contribution[]
  readonly exceeded: readonly ExceededRule[]
  /** Records the medians and percentiles were taken over; 0 while there is no forest. */
  readonly fittedRows: number
  /** Which records those are; absent while there is no forest. */
  readonly scope?: Scope
}
