import { type Static, Type } from '@sinclair/typebox'
import { Threat } from '../../anomalies/anomaly.js'
import { ErrorAnswer } from './error.js'

const Line = Type.Integer({
  minimum: 1,
  description: 'Which record of the batch, from 1; which line, of NDJSON.',
})

/** An anomaly among the records of a batch. */
export const BatchThreat = Type.Object({
  line: Line,
  id: Type.Optional(
    Type.String({
      description:
        'For `GET /anomalies/{id}`; what `x-anomaly-id` is to a single record. None with `learn=false`.',
    }),
  ),
  ...Threat.properties,
})
export type BatchThreat = Static<typeof BatchThreat>

/** A record that was not judged. */
export const RejectedLine = Type.Object({
  line: Line,
  status: Type.Literal('REJECTED'),
  error: Type.Pick(ErrorAnswer, ['code', 'message']),
})
export type RejectedLine = Static<typeof RejectedLine>

/** What came of a batch, with its anomalies where they are asked for. */
export const BatchSummary = Type.Object(
  {
    accepted: Type.Integer({ minimum: 0, description: 'Records judged.' }),
    rejected: Type.Integer({
      minimum: 0,
      description: 'Lines that are no records; the others were judged all the same.',
    }),
    threats: Type.Integer({ minimum: 0, description: 'Records that are anomalies.' }),
    errors: Type.Array(RejectedLine, { description: 'The first 20 of the rejected lines.' }),
    anomalies: Type.Optional(Type.Array(BatchThreat, { description: 'With `answer=anomalies`.' })),
  },
  {
    $id: 'BatchSummary',
    description: 'What came of a batch.',
    examples: [{ accepted: 255, rejected: 0, threats: 0, errors: [], anomalies: [] }],
  },
)
export type BatchSummary = Static<typeof BatchSummary>

export const BatchQuery = Type.Object({
  answer: Type.Optional(
    Type.Unsafe<'lines' | 'summary' | 'anomalies'>({
      type: 'string',
      enum: ['lines', 'summary', 'anomalies'],
      description:
        '`lines`: NDJSON, one line a record; default for NDJSON. `anomalies`: the figures and the anomalies; default for JSON. `summary`: the figures alone.',
      examples: ['anomalies'],
    }),
  ),
  learn: Type.Optional(
    Type.Unsafe<'true' | 'false'>({
      type: 'string',
      enum: ['true', 'false'],
      description:
        '`false` tries the records out: each is judged by itself, and not learnt, counted, kept or logged.',
      examples: ['false'],
    }),
  ),
  at: Type.Optional(
    Type.Unsafe<'timestamp'>({
      type: 'string',
      enum: ['timestamp'],
      description:
        '`timestamp`: each record is judged, learnt and counted as having come when its `timestamp` says, and one without a time is rejected. Time goes back for nobody: a record older than the one judged before it counts as having come with that one. Not beside `learn=false`, for which no time matters.',
      examples: ['timestamp'],
    }),
  ),
})
export type BatchQuery = Static<typeof BatchQuery>
