import { type Static, Type } from '@sinclair/typebox'

/** Something that comes back and is not told of any more. */
export const ListedHabit = Type.Object(
  {
    id: Type.String({ description: 'For `DELETE /mutes/{id}`.' }),
    route: Type.String({ description: 'Name of the route; empty for records without one.' }),
    kind: Type.Union(
      [Type.Literal('values'), Type.Literal('shift'), Type.Literal('silence'), Type.Literal('surge')],
      { description: '`values`: records far out; the others are kinds of incidents.' },
    ),
    feature: Type.Union([Type.String(), Type.Null()], {
      description: 'The feature that is far out; null where the forest alone finds the records rare.',
    }),
    every: Type.Union([Type.Literal('hour'), Type.Literal('day'), Type.Literal('week')], {
      description: 'After how long it comes back.',
    }),
    expected: Type.Integer({ minimum: 0, description: 'Records that were not told of because of it.' }),
    last: Type.String({ format: 'date-time', description: 'When the last of them came.' }),
  },
  {
    $id: 'Habit',
    description:
      'Something that was told of at the same time of several hours, days or weeks, and is expected at that time since.',
    examples: [
      {
        id: 'habit-1k2j3h4',
        route: '/reports/*',
        kind: 'values',
        feature: 'latency',
        every: 'day',
        expected: 214,
        last: '2026-01-01T03:12:00.000Z',
      },
    ],
  },
)
export type ListedHabit = Static<typeof ListedHabit>
