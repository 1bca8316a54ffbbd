import { type Static, Type } from '@sinclair/typebox'

/**
 * One telemetry record, as a client reports it after each request it served.
 * The detector reads it through `FEATURES`; the HTTP host checks what arrives against this very schema.
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
  },
  {
    $id: 'Telemetry',
    description: 'One telemetry record. Unknown fields are ignored.',
    examples: [
      {
        latency: 127.4,
        input_length: 1893,
        errors: 0,
        route: '/api/analyze',
        user_id: 'u-102',
        timestamp: '2026-01-01T00:00:00.000Z',
      },
    ],
  },
)

export type Telemetry = Static<typeof Telemetry>
