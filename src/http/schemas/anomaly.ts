import type { Readable } from 'node:stream'
import { type Static, Type } from '@sinclair/typebox'
import { Anomaly, AnomalySummary } from '../../anomalies/anomaly.js'
import { DETAIL_EXAMPLE, REASON_EXAMPLE } from '../../anomalies/detail.js'
import { TIME_ID_PATTERN } from '../../text/time-id.js'
import { OriginQuery } from './detector.js'

const EXAMPLE_ID = '19b76daa800-0000'

const EXAMPLE_SUMMARY: AnomalySummary = {
  id: EXAMPLE_ID,
  timestamp: '2026-01-01T00:00:00.000Z',
  route: '/api/analyze',
  record: {
    latency: 5230,
    input_length: 1893,
    errors: 3,
    timestamp: '2026-01-01T00:00:00.000Z',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  },
  status: 'THREAT_DETECTED',
  action: 'throttle',
  reason: REASON_EXAMPLE,
  prediction_score: 0.71,
  confidence: 0.99995,
  p: 0.00005,
  incident: null,
  explanation: { source: 'rules', text: REASON_EXAMPLE, model: null, ms: null },
}

const EXAMPLE: Anomaly = { ...EXAMPLE_SUMMARY, detail: DETAIL_EXAMPLE, feedback: null }

export const AnomalyAnswer = Type.Unsafe<Anomaly>({ ...Anomaly, examples: [EXAMPLE] })

export const AnomalyListAnswer = Type.Object(
  { anomalies: Type.Array(AnomalySummary) },
  { description: 'Anomalies, newest first.', examples: [{ anomalies: [EXAMPLE_SUMMARY] }] },
)

/** Texts, as query values arrive; `http/query/list-query.ts` reads them and says what is allowed. */
export const AnomalyListQuery = Type.Object({
  limit: Type.Optional(
    Type.String({
      description: 'How many at most: a whole number from 1 to the capacity of the log. Default 50.',
      examples: ['50'],
    }),
  ),
  since: Type.Optional(
    Type.String({
      description:
        'Only anomalies after this one (an id) or from this time on (ISO 8601 with Z or an offset, or a date in UTC).',
      examples: ['2026-01-01T00:00:00Z', EXAMPLE_ID],
    }),
  ),
  until: Type.Optional(
    Type.String({
      description: 'Only anomalies up to this one (an id), or of before this time.',
      examples: ['2026-01-02T00:00:00Z'],
    }),
  ),
  route: Type.Optional(
    Type.String({
      description:
        'Only those of this route: as an anomaly shows it, or by its name (`/users/*`); empty for those without one.',
      examples: ['/api/analyze'],
    }),
  ),
  feature: Type.Optional(
    Type.String({ description: 'Only those in which this feature stands out most.', examples: ['latency'] }),
  ),
  min_score: Type.Optional(
    Type.String({ description: 'Only those of at least this `prediction_score`.', examples: ['0.6'] }),
  ),
  min_confidence: Type.Optional(
    Type.String({ description: 'Only those of at least this `confidence`.', examples: ['0.999'] }),
  ),
  ...OriginQuery.properties,
})
export type AnomalyListQuery = Static<typeof AnomalyListQuery>

export const AnomalyParams = Type.Object({
  id: Type.String({ description: `As in x-anomaly-id: ${TIME_ID_PATTERN}`, examples: [EXAMPLE_ID] }),
})

export const AnomalyStreamHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ description: 'The id of the last event that was received; the stream goes on after it.' }),
  ),
})

/** A stream has no JSON schema; Fastify sends it as it is. */
export const AnomalyEvents = Type.Unsafe<Readable>({
  type: 'string',
  examples: [
    `id: ${EXAMPLE_ID}\nevent: anomaly\ndata: {"id":"${EXAMPLE_ID}","reason":"..."}\n\n`,
    `id: 19b76daa801-0000\nevent: incident\ndata: {"change":"opened","incident":{"id":"19b76daa801-0000"}}\n\n`,
  ],
})
