import { type Static, Type } from '@sinclair/typebox'

/** Which side of the usual values something lies on. */
export const Direction = Type.Union([Type.Literal('high'), Type.Literal('low')], {
  description: 'Which side of the usual values it lies on.',
})
export type Direction = Static<typeof Direction>

/** Records that are alike, by an operator's word: on one route, on one side of one feature. */
export const Pattern = Type.Object({
  id: Type.String(),
  route: Type.Union([Type.String(), Type.Null()], {
    description: 'Name of the route; empty for records without one, null for any.',
  }),
  feature: Type.String(),
  direction: Direction,
  created: Type.String({ format: 'date-time' }),
  until: Type.String({ format: 'date-time', description: 'When it ends by itself.' }),
  note: Type.Union([Type.String(), Type.Null()], { description: 'What the operator wrote.' }),
  source: Type.String({ description: 'Id of the anomaly or incident that it was said of.' }),
})
export type Pattern = Static<typeof Pattern>

/** Alerts that an operator expects and does not want to hear of. */
export const Mute = Type.Object(
  {
    ...Pattern.properties,
    id: Type.String({ description: 'For `DELETE /mutes/{id}`.' }),
    limit: Type.Number({
      description:
        'The value up to which alerts are muted: 1.5 times as far from the usual value as the first.',
    }),
    muted: Type.Integer({ minimum: 0, description: 'Alerts that it has muted.' }),
  },
  {
    $id: 'Mute',
    description: 'Alerts that an operator expects. They are answered OK, and their records are learnt.',
    examples: [
      {
        id: 'mute-1',
        route: '/reports/*',
        feature: 'latency',
        direction: 'high',
        created: '2026-01-01T00:00:00.000Z',
        until: '2026-01-08T00:00:00.000Z',
        note: 'monthly reports',
        source: '19b76daa800-0000',
        limit: 7781.3,
        muted: 12,
      },
    ],
  },
)
export type Mute = Static<typeof Mute>

/** Records that an operator called a threat. */
export const NeverLearnt = Type.Object(
  {
    ...Pattern.properties,
    id: Type.String({ description: 'For `DELETE /mutes/{id}`.' }),
    from: Type.Number({ description: 'Smallest value of the feature that counts as alike.' }),
    to: Type.Number({ description: 'Largest one.' }),
    kept_out: Type.Integer({ minimum: 0, description: 'Records that were not learnt because of it.' }),
  },
  {
    $id: 'NeverLearnt',
    description: 'Records that an operator called a threat. They are never learnt.',
    examples: [
      {
        id: 'never-1',
        route: '/api/analyze',
        feature: 'latency',
        direction: 'high',
        created: '2026-01-01T00:00:00.000Z',
        until: '2026-04-01T00:00:00.000Z',
        note: null,
        source: '19b76daa800-0000',
        from: 3529.1,
        to: 7781.3,
        kept_out: 40,
      },
    ],
  },
)
export type NeverLearnt = Static<typeof NeverLearnt>

/** What part of the latest records a pattern concerns. */
export const Reach = Type.Object(
  {
    records: Type.Integer({ minimum: 0, description: 'Latest records looked at.' }),
    matching: Type.Integer({ minimum: 0, description: 'Of these, how many it would have concerned.' }),
    of_all: Type.Number({ minimum: 0, maximum: 1 }),
    of_route: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
      description: 'Share of the records of its route; null when it is about any route.',
    }),
  },
  { description: 'What part of the latest records it concerns.' },
)
export type Reach = Static<typeof Reach>
