import { type Static, Type } from '@sinclair/typebox'
import { ListedHabit } from '../../alerts/habits/habit-schema.js'
import { ForgottenRecords } from '../../alerts/operator/feedback-note.js'
import { Mute, NeverLearnt } from '../../alerts/operator/pattern-schemas.js'
import { referenceTo } from './reference.js'

const MAX_MINUTES = 1440

export const MuteParams = Type.Object({
  id: Type.String({ maxLength: 64, description: 'As GET /mutes lists it.', examples: ['mute-1'] }),
})

export const MutesAnswer = Type.Object(
  {
    mutes: Type.Array(referenceTo(Mute)),
    never_learnt: Type.Array(referenceTo(NeverLearnt)),
    habits: Type.Array(referenceTo(ListedHabit)),
  },
  {
    description:
      'What operators have said and what is in force, oldest first; and what comes back by itself and is expected.',
    examples: [
      {
        mutes: Mute.examples as Mute[],
        never_learnt: NeverLearnt.examples as NeverLearnt[],
        habits: ListedHabit.examples as ListedHabit[],
      },
    ],
  },
)

export const LearningRequest = Type.Object(
  {
    paused: Type.Boolean({ description: 'Whether learning stops, or goes on.' }),
    minutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_MINUTES,
        description: 'How long it is paused at most; then it goes on by itself. Default 30.',
      }),
    ),
  },
  {
    description: 'Pauses learning, or lets it go on.',
    examples: [{ paused: true, minutes: 30 }],
  },
)

export const LearningAnswer = Type.Object(
  {
    paused: Type.Boolean(),
    paused_until: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When it goes on by itself; null while it is not paused.',
    }),
    samples: Type.Integer({ minimum: 0, description: 'Records learnt from, up to the size of the window.' }),
    samples_needed: Type.Integer({
      minimum: 0,
      description: 'Records still needed before the first forest.',
    }),
    mutes: Type.Integer({ minimum: 0, description: 'Mutes in force.' }),
    never_learnt: Type.Integer({ minimum: 0, description: 'Patterns of threats in force.' }),
  },
  {
    $id: 'Learning',
    description: 'What is learnt, and what is not.',
    examples: [
      {
        paused: true,
        paused_until: '2026-01-01T00:30:00.000Z',
        samples: 1000,
        samples_needed: 0,
        mutes: 1,
        never_learnt: 0,
      },
    ],
  },
)
export type LearningAnswer = Static<typeof LearningAnswer>

/** Which part of what is learnt is meant. */
export const RouteRequest = Type.Object(
  {
    route: Type.Optional(
      Type.String({
        maxLength: 2048,
        description: 'A route as records carry it; empty for records without one. Left out, all is meant.',
      }),
    ),
  },
  {
    description: 'One route, or all of them.',
    examples: [{ route: '/api/analyze' }, {}],
  },
)

const RouteAnswer = Type.Union([Type.String(), Type.Null()], {
  description: 'Name of the route; null for all.',
})

export const ResetAnswer = Type.Object(
  {
    route: RouteAnswer,
    forgotten: Type.Union([ForgottenRecords, Type.Null()], {
      description: 'Null when it was everything, or is forgotten by the leader of a fleet.',
    }),
  },
  {
    description: 'What was forgotten.',
    examples: [{ route: '/api/analyze', forgotten: { baseline: 310, profiles: 128, set_aside: 12 } }],
  },
)

export const ChangedAnswer = Type.Object(
  { route: RouteAnswer },
  { description: 'Where a change is expected.', examples: [{ route: null }] },
)
