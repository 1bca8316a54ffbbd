import { type Static, Type } from '@sinclair/typebox'

/** What a client reported, as anomalies keep it: the raw values, and nothing of who made the request. */
export const RawRecord = Type.Object(
  {
    latency: Type.Number(),
    input_length: Type.Number(),
    errors: Type.Number(),
    timestamp: Type.Union([Type.String(), Type.Number(), Type.Null()], {
      description:
        'When the request was made, as the client said it; null where it said nothing that is a time.',
    }),
    trace_id: Type.Union([Type.String(), Type.Null()], {
      description: 'Trace of the request, from `traceparent`, as field or header; null without one.',
    }),
  },
  {
    description:
      'The record as it was reported, without route and user; anomalies of an older state lack it.',
  },
)
export type RawRecord = Static<typeof RawRecord>
