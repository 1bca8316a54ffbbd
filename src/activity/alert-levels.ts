import { type Static, Type } from '@sinclair/typebox'

/** What other alert rates would have come to. */
export const AlertLevels = Type.Object(
  {
    from: Type.String({ format: 'date-time' }),
    to: Type.String({ format: 'date-time' }),
    records: Type.Integer({ minimum: 0, description: 'Records judged in that time.' }),
    alert_rate: Type.Union([Type.Number(), Type.Null()], {
      description: 'SENTINEL_ALERT_RATE as it is; null where the labels of the forest decide.',
    }),
    anyway: Type.Integer({
      minimum: 0,
      description: 'Alerts that no rate would have kept back: records of incidents, and beyond a limit.',
    }),
    levels: Type.Array(
      Type.Object({
        rate: Type.Number({ description: 'An alert rate, to three digits.' }),
        alerts: Type.Integer({
          minimum: 0,
          description: 'Alerts that it would have raised, those among them.',
        }),
      }),
      { description: 'From 0.1 down to a millionth, ten to a power of ten. Empty where there is no rate.' },
    ),
  },
  {
    $id: 'AlertLevels',
    description: 'How many alerts other alert rates would have raised in the last hour.',
    examples: [
      {
        from: '2026-01-01T00:00:00.000Z',
        to: '2026-01-01T01:00:00.000Z',
        records: 180_000,
        alert_rate: 0.001,
        anyway: 12,
        levels: [
          { rate: 0.001, alerts: 191 },
          { rate: 0.000794, alerts: 153 },
        ],
      },
    ],
  },
)
export type AlertLevels = Static<typeof AlertLevels>
