import { type Static, Type } from '@sinclair/typebox'

export const FeatureFigures = Type.Object(
  {
    feature: Type.String(),
    median: Type.Number({ description: 'Median of its last 64 values.' }),
    p95: Type.Number({ description: 'The value that one in twenty of them exceeds.' }),
    recent: Type.Optional(
      Type.Array(Type.Number(), { description: 'With `values=true`: these values, oldest first.' }),
    ),
  },
  { description: 'One feature of the records of a route.' },
)
export type FeatureFigures = Static<typeof FeatureFigures>

/** What came of one route over the last hour. */
export const RouteFigures = Type.Object(
  {
    route: Type.String({ description: 'Name of the route; empty for records without one.' }),
    records: Type.Integer({ minimum: 0, description: 'Records in the last hour.' }),
    share: Type.Number({ minimum: 0, maximum: 1, description: 'Of the records of all routes.' }),
    odd: Type.Integer({ minimum: 0, description: 'Odd ones: the score exceeds the threshold.' }),
    alerts: Type.Integer({ minimum: 0, description: 'Answered `THREAT_DETECTED`.' }),
    last_alert: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When one was answered `THREAT_DETECTED` last; null where none is known.',
    }),
    features: Type.Array(FeatureFigures),
    known_as: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'The names under which its records are known more finely, as `/eu-west-1/orders` is of `/*/orders`; left out where it has one alone.',
      }),
    ),
  },
  { description: 'One route.' },
)
export type RouteFigures = Static<typeof RouteFigures>
