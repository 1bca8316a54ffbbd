import type { Readable } from 'node:stream'
import { type Static, Type } from '@sinclair/typebox'
import { Anomaly, AnomalySummary } from '../../anomalies/anomaly.js'
import { ANOMALY_ID_PATTERN } from '../../anomalies/anomaly-id.js'
import { DETAIL_EXAMPLE } from '../../anomalies/detail.js'

const EXAMPLE_ID = '19b76daa800-0000'

const REASON =
  'Unusually high latency detected, possible resource exhaustion or DoS attempt: 5,230 ms, 41x the median ' +
  'of the last 1,000 records and above all of them; errors (3) contributed too'

const EXAMPLE_SUMMARY: AnomalySummary = {
  id: EXAMPLE_ID,
  timestamp: '2026-01-01T00:00:00.000Z',
  route: '/api/analyze',
  status: 'THREAT_DETECTED',
  action: 'freeze',
  reason: REASON,
  prediction_score: 0.71,
  confidence: 0.98,
  explanation: { source: 'rules', text: REASON, model: null, ms: null },
}

const EXAMPLE: Anomaly = { ...EXAMPLE_SUMMARY, detail: DETAIL_EXAMPLE, feedback: null }

export const AnomalyAnswer = Type.Unsafe<Anomaly>({ ...Anomaly, examples: [EXAMPLE] })

export const AnomalyListAnswer = Type.Object(
  { anomalies: Type.Array(AnomalySummary) },
  { description: 'Anomalies, newest first.', examples: [{ anomalies: [EXAMPLE_SUMMARY] }] },
)

/** Texts, as query values arrive; the route reads them and says what is allowed. */
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
})
export type AnomalyListQuery = Static<typeof AnomalyListQuery>

export const AnomalyParams = Type.Object({
  id: Type.String({ description: `As in x-anomaly-id: ${ANOMALY_ID_PATTERN}`, examples: [EXAMPLE_ID] }),
})

export const AnomalyStreamHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ description: 'The last id that was received; the stream goes on after it.' }),
  ),
})

/** A stream has no JSON schema; Fastify sends it as it is. */
export const AnomalyEvents = Type.Unsafe<Readable>({
  type: 'string',
  examples: [`id: ${EXAMPLE_ID}\nevent: anomaly\ndata: {"id":"${EXAMPLE_ID}","reason":"..."}\n\n`],
})
