import { type Static, Type } from '@sinclair/typebox'
import { RouteFigures } from '../../activity/route-figures.js'
import { DetectorQuery } from './detector.js'

/** Texts, as query values arrive; `http/query/span-query.ts` reads them and says what is allowed. */
export const TimelineQuery = Type.Object({
  from: Type.Optional(
    Type.String({
      description: 'A time, ISO 8601 or Unix time in seconds. Default: an hour before `to`.',
      examples: ['2026-01-01T00:00:00Z'],
    }),
  ),
  to: Type.Optional(Type.String({ description: 'As `from`. Default: now.', examples: ['1767229200'] })),
  step: Type.Optional(
    Type.String({
      description:
        'Width of a bucket in seconds: a multiple of 5 up to 3600. What begins more than an hour ago is kept in whole minutes, of a route in tens of minutes, and a narrower step is then widened. Default: the narrowest that is kept.',
      examples: ['60'],
    }),
  ),
  route: Type.Optional(
    Type.String({
      description:
        'The records of this one alone, named as a record names it. Of the routes that are listed, all have a timeline.',
      examples: ['/api/analyze'],
    }),
  ),
  ...DetectorQuery.properties,
})

export const RoutesQuery = Type.Object({
  limit: Type.Optional(
    Type.String({ description: 'How many at most, from 1 to 500. Default 50.', examples: ['50'] }),
  ),
  route: Type.Optional(
    Type.String({ description: 'Only this one, named as a record names it.', examples: ['/api/analyze'] }),
  ),
  values: Type.Optional(
    Type.String({
      description: '`true`, with `route`: the last values of each feature, too.',
      examples: ['true'],
    }),
  ),
  ...DetectorQuery.properties,
})

export const RoutesAnswer = Type.Object(
  {
    routes: Type.Array(RouteFigures),
    total: Type.Integer({ minimum: 0, description: 'Routes that are known; 500 at most are looked after.' }),
  },
  {
    $id: 'Routes',
    description: 'The routes of the last hour, those with the most records first.',
    examples: [
      {
        routes: [
          {
            route: '/api/analyze',
            records: 4310,
            share: 0.431,
            odd: 301,
            alerts: 4,
            last_alert: '2026-01-01T00:00:00.000Z',
            features: [{ feature: 'latency', median: 127.4, p95: 240.1 }],
          },
        ],
        total: 6,
      },
    ],
  },
)
export type RoutesAnswer = Static<typeof RoutesAnswer>
