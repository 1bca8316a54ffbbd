import { type Static, Type } from '@sinclair/typebox'

/** Who decided: the forest, a static rule, nobody yet (no forest and no rule exceeded), or nobody as the record lacks what it would be judged by. */
export const DetectorKind = Type.Union(
  [Type.Literal('forest'), Type.Literal('heuristic'), Type.Literal('learning'), Type.Literal('skipped')],
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
    missing: Type.Optional(
      Type.Literal(true, {
        description: 'The record lacks it: the value is the usual one, which stands in, and has no say.',
      }),
    ),
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

/** How odd a record is. */
export const Score = Type.Number({
  description:
    'Anomaly score in (0, 1]; higher is odder. While the static rules decide: v/(v + limit) of the worst ratio.',
})

/** How sure the detector is of its verdict. */
export const Confidence = Type.Number({
  minimum: 0,
  maximum: 1,
  description:
    'Probability that the label, odd or not, survives a redraw of the fitted rows. While the static rules decide: of a threat its score, else what is left to 1.',
})

/** How many records a verdict was made against. */
export const FittedRows = Type.Integer({
  minimum: 0,
  description: 'Records the medians and percentiles were taken over; 0 while there is no forest.',
})

/** What the detector says of one record, and the API with it. */
export const Finding = Type.Object({
  score: Score,
  confidence: Confidence,
  threshold: Type.Union([Type.Number(), Type.Null()], {
    description: 'Scores strictly above it are anomalous; null while there is no forest.',
  }),
  generation: Type.Integer({
    minimum: 0,
    description: 'Which fit gave the verdict; 0 while there is none.',
  }),
  detector: DetectorKind,
  contributions: Type.Array(Contribution, {
    description:
      'Every feature against the window, in feature order: of anomalies that the forest found, and wherever detail is asked for. Empty else.',
  }),
  exceeded: Type.Array(ExceededRule, {
    description: 'Static rules the record exceeded while there was no forest, worst first.',
  }),
})
export type Finding = Static<typeof Finding>

/** A finding as the detector gives it. */
export interface Verdict extends Readonly<Omit<Finding, 'contributions' | 'exceeded'>> {
  readonly anomalous: boolean
  readonly contributions: readonly Contribution[]
  readonly exceeded: readonly ExceededRule[]
  readonly fittedRows: Static<typeof FittedRows>
  /** Which records those are; absent while there is no forest. */
  readonly scope?: Scope
  /** Hash of the fleet's model that gave it; absent where the sentinel judges by its own. */
  readonly model?: string | undefined
}
