import { type Static, Type } from '@sinclair/typebox'

/** Of a route that nothing is known of it is answered `OK`, by a service that has learnt as by one that has not. */
const EXAMPLE = {
  latency: 127.4,
  input_length: 1893,
  errors: 0,
  route: '/example/ordinary',
  user_id: 'u-102',
  timestamp: '2026-01-01T00:00:00.000Z',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
}

/**
 * One telemetry record, as a client reports it after each request it served.
 * The HTTP host checks what arrives against this very schema, unless other fields are declared.
 */
export const Telemetry = Type.Object(
  {
    latency: Type.Number({ minimum: 0, description: 'How long the request took, in milliseconds.' }),
    input_length: Type.Integer({
      minimum: 0,
      description: 'Size of the input, in bytes; or in characters, if every record counts the same way.',
    }),
    errors: Type.Integer({ minimum: 0, description: 'Errors seen while serving the request.' }),
    route: Type.Optional(
      Type.String({ maxLength: 2048, description: 'Route or operation, e.g. `/api/analyze`.' }),
    ),
    user_id: Type.Optional(
      Type.String({
        maxLength: 256,
        description: 'Who made the request. Never logged, stored or exported raw.',
      }),
    ),
    timestamp: Type.Optional(
      Type.Union([Type.String({ maxLength: 64 }), Type.Number()], {
        description: 'When the request was made: ISO 8601 text or a Unix time. Informational.',
      }),
    ),
    traceparent: Type.Optional(
      Type.String({
        maxLength: 512,
        description:
          'Trace of the request, as in the header of W3C Trace Context; an anomaly shows its id. A header `traceparent` counts where this field is missing.',
      }),
    ),
  },
  {
    $id: 'Telemetry',
    description: 'One telemetry record. Unknown fields are ignored.',
    examples: [EXAMPLE],
  },
)

export type Telemetry = Static<typeof Telemetry>

/** A record with fields that somebody declared. */
export type DeclaredRecord = Readonly<Record<string, unknown>>

/** A record of either kind; which of the two is read is for a `TelemetryModel` to say. */
export type TelemetryRecord = Telemetry | DeclaredRecord
