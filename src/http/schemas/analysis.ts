import { type Static, Type } from '@sinclair/typebox'
import { Contribution, DetectorKind, ExceededRule } from '../../detector/verdict.js'

const CONTRIBUTION_EXAMPLE = {
  feature: 'latency',
  unit: 'ms',
  value: 5230,
  bits: 0.41,
  median: 127.4,
  percentile: 100,
}

/** How the verdict came about; sent when `?detail=true` asks for it. */
export const Detail = Type.Object(
  {
    score: Type.Number({ description: 'Anomaly score in (0, 1]; higher is odder.' }),
    confidence: Type.Number({ description: 'Probability that the verdict survives a redraw of the window.' }),
    threshold: Type.Union([Type.Number(), Type.Null()], {
      description: 'Scores strictly above it are anomalous; null while there is no forest.',
    }),
    generation: Type.Integer({
      minimum: 0,
      description: 'Which fit gave the verdict; 0 while there is none.',
    }),
    detector: DetectorKind,
    fitted_rows: Type.Integer({
      minimum: 0,
      description: 'Records the medians and percentiles were taken over.',
    }),
    contributions: Type.Array(Contribution, {
      description: 'Every feature against the window, in feature order; empty while there is no forest.',
    }),
    exceeded: Type.Array(ExceededRule, {
      description: 'Static rules the record exceeded while there was no forest, worst first.',
    }),
  },
  {
    $id: 'Detail',
    description: 'How the verdict came about.',
    examples: [
      {
        score: 0.71,
        confidence: 0.98,
        threshold: 0.55,
        generation: 12,
        detector: 'forest',
        fitted_rows: 1000,
        contributions: [CONTRIBUTION_EXAMPLE],
        exceeded: [],
      },
    ],
  },
)
export type Detail = Static<typeof Detail>

const DetailReference = Type.Optional(Type.Unsafe<Detail>({ $ref: 'Detail#' }))

export const NormalAnswer = Type.Object(
  { status: Type.Literal('OK'), detail: DetailReference },
  { $id: 'NormalAnswer', description: 'Nothing unusual.', examples: [{ status: 'OK' }] },
)
export type NormalAnswer = Static<typeof NormalAnswer>

export const ThreatAnswer = Type.Object(
  {
    status: Type.Literal('THREAT_DETECTED'),
    action: Type.Literal('freeze', { description: 'What the caller is advised to do.' }),
    reason: Type.String({ description: 'Why the record was flagged, in a sentence.' }),
    prediction_score: Type.Number({ description: 'Anomaly score in (0, 1]; higher is odder.' }),
    confidence: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Probability that the verdict survives a redraw of the window.',
    }),
    detail: DetailReference,
  },
  {
    $id: 'ThreatAnswer',
    description: 'The record is anomalous.',
    examples: [
      {
        status: 'THREAT_DETECTED',
        action: 'freeze',
        reason: 'Unusually high latency detected, possible resource exhaustion or DoS attempt',
        prediction_score: 0.71,
        confidence: 0.98,
      },
    ],
  },
)
export type ThreatAnswer = Static<typeof ThreatAnswer>

export const Analysis = Type.Union(
  [
    Type.Unsafe<NormalAnswer>({ $ref: 'NormalAnswer#' }),
    Type.Unsafe<ThreatAnswer>({ $ref: 'ThreatAnswer#' }),
  ],
  {
    $id: 'Analysis',
    description: 'The verdict on one record.',
    examples: [{ status: 'OK' }, ...(ThreatAnswer.examples as unknown[])],
  },
)
export type Analysis = Static<typeof Analysis>

export const AnalysisQuery = Type.Object({
  detail: Type.Optional(
    Type.Unsafe<'true' | 'false'>({
      type: 'string',
      enum: ['true', 'false'],
      description: 'Adds a `detail` object to the answer.',
      examples: ['true'],
    }),
  ),
})
export type AnalysisQuery = Static<typeof AnalysisQuery>

export const AnalysisHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        'A name of your own for this record, 1 to 255 visible characters. Sent again with the same record, it ' +
        'gets the first answer, and the record counts once.',
      examples: ['4f8c2a9e-req-17'],
    }),
  ),
})
