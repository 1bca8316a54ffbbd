import { type Static, Type } from '@sinclair/typebox'
import { MAX_DAYS, MAX_NOTE_CHARS, MUTE_DAYS } from './feedback-limits.js'
import { Mute, NeverLearnt, Reach } from './pattern-schemas.js'

const FeedbackVerdict = Type.Union([Type.Literal('expected'), Type.Literal('threat')], {
  description:
    '`expected`: records like it stop alerting for a time, and are learnt; `threat`: they are never learnt, and what was learnt of them is taken out.',
})

/** What an operator said of an anomaly or an incident. */
export const FeedbackNote = Type.Object(
  {
    verdict: FeedbackVerdict,
    note: Type.Union([Type.String(), Type.Null()]),
    at: Type.String({ format: 'date-time' }),
  },
  { description: 'What an operator said of it.' },
)
export type FeedbackNote = Static<typeof FeedbackNote>

export const FeedbackRequest = Type.Object(
  {
    verdict: FeedbackVerdict,
    note: Type.Optional(
      Type.String({ maxLength: MAX_NOTE_CHARS, description: 'Why, for those who read it later.' }),
    ),
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_DAYS,
        description: `How long it holds. Default ${MUTE_DAYS} for expected, ${MAX_DAYS} for a threat.`,
      }),
    ),
    confirm: Type.Optional(
      Type.Boolean({ description: 'That it is meant although it concerns a large share of the records.' }),
    ),
  },
  {
    description: 'What an operator says of an anomaly or an incident.',
    examples: [{ verdict: 'expected', note: 'monthly reports', days: 30 }],
  },
)
export type FeedbackRequest = Static<typeof FeedbackRequest>

export const ForgottenRecords = Type.Object(
  {
    baseline: Type.Integer({
      minimum: 0,
      description: 'Records taken out of what the next forest is grown from.',
    }),
    profiles: Type.Integer({ minimum: 0, description: 'Of those that say what is usual on their route.' }),
    set_aside: Type.Integer({ minimum: 0, description: 'Of the odd ones that were kept aside.' }),
  },
  { description: 'What was taken out of what had been learnt.' },
)
export type ForgottenRecords = Static<typeof ForgottenRecords>

export const FeedbackAnswer = Type.Object(
  {
    feedback: FeedbackNote,
    mute: Type.Union([Type.Unsafe<Mute>({ $ref: `${Mute.$id}#` }), Type.Null()], {
      description: 'What is muted from now on.',
    }),
    never_learnt: Type.Union([Type.Unsafe<NeverLearnt>({ $ref: `${NeverLearnt.$id}#` }), Type.Null()], {
      description: 'What is never learnt from now on.',
    }),
    forgotten: Type.Union([ForgottenRecords, Type.Null()], {
      description: 'Null where nothing had to be taken out, or nothing is learnt at all.',
    }),
    reach: Type.Union([Reach, Type.Null()]),
    warning: Type.Union([Type.String(), Type.Null()], {
      description:
        'What an operator should know of it: how much it concerns, or why it does less than they may think.',
    }),
  },
  {
    $id: 'FeedbackAnswer',
    description: 'What follows from the feedback.',
    examples: [
      {
        feedback: { verdict: 'expected', note: 'monthly reports', at: '2026-01-01T00:00:00.000Z' },
        mute: (Mute.examples as Mute[])[0],
        never_learnt: null,
        forgotten: null,
        reach: { records: 2000, matching: 4, of_all: 0.002, of_route: 0.031 },
        warning: null,
      },
    ],
  },
)
export type FeedbackAnswer = Static<typeof FeedbackAnswer>
