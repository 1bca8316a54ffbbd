import { type Static, Type } from '@sinclair/typebox'
import { Threat } from '../../anomalies/anomaly.js'
import { Detail, REASON_EXAMPLE } from '../../anomalies/detail.js'
import { referenceTo } from './reference.js'

const DetailReference = Type.Optional(referenceTo(Detail))

export const NormalAnswer = Type.Object(
  { status: Type.Literal('OK'), detail: DetailReference },
  { $id: 'NormalAnswer', description: 'Nothing that anybody has to hear of.', examples: [{ status: 'OK' }] },
)
export type NormalAnswer = Static<typeof NormalAnswer>

export const ThreatAnswer = Type.Object(
  {
    ...Threat.properties,
    detail: DetailReference,
  },
  {
    $id: 'ThreatAnswer',
    description:
      'The record is rarer than the alert rate, or belongs to an open incident. Act on `action`: it may ask for no more than a look.',
    examples: [
      {
        status: 'THREAT_DETECTED',
        action: 'throttle',
        reason: REASON_EXAMPLE,
        prediction_score: 0.71,
        confidence: 0.99995,
      },
    ],
  },
)
export type ThreatAnswer = Static<typeof ThreatAnswer>

export const Analysis = Type.Union([referenceTo(NormalAnswer), referenceTo(ThreatAnswer)], {
  $id: 'Analysis',
  description: 'The verdict on one record.',
  examples: [{ status: 'OK' }, ...(ThreatAnswer.examples as unknown[])],
})
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
  learn: Type.Optional(
    Type.Unsafe<'true' | 'false'>({
      type: 'string',
      enum: ['true', 'false'],
      description:
        '`false` tries the record out: it is judged as if it came by itself, and not learnt, counted, kept or logged. The answer has no `x-anomaly-id`, and `Idempotency-Key` is ignored.',
      examples: ['false'],
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
  traceparent: Type.Optional(
    Type.String({
      description:
        'W3C Trace Context of the request that the record is about; an anomaly shows its trace id.',
    }),
  ),
})
