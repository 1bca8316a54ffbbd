import { type Static, Type } from '@sinclair/typebox'

export const Health = Type.Object(
  {
    status: Type.Literal('healthy'),
    timestamp: Type.String({ description: 'When this was answered, ISO 8601.' }),
    history_size: Type.Integer({ minimum: 0, description: 'Rows in the sliding window.' }),
    detector_trained: Type.Boolean({ description: 'Whether a forest decides already.' }),
    version: Type.String({ description: 'Version of the service.' }),
    transition: Type.Optional(
      Type.Object(
        {
          features: Type.Array(Type.String(), {
            description: 'Features by whose forest records are still judged.',
          }),
          samples_needed: Type.Integer({
            minimum: 0,
            description: 'Records still needed before there is a forest of those declared now.',
          }),
        },
        {
          description: 'After a reload that changed what is watched, until what is watched now has a forest.',
        },
      ),
    ),
  },
  {
    $id: 'Health',
    description: 'The state of the service.',
    examples: [
      {
        status: 'healthy',
        timestamp: '2026-01-01T00:00:00.000Z',
        history_size: 1000,
        detector_trained: true,
        version: '0.1.0',
      },
    ],
  },
)
export type Health = Static<typeof Health>

export const Liveness = Type.Object(
  { status: Type.Literal('alive') },
  { $id: 'Liveness', description: 'The process answers.', examples: [{ status: 'alive' }] },
)
export type Liveness = Static<typeof Liveness>

/** How a sentinel stands in its fleet. */
export const FleetStanding = Type.Object(
  {
    role: Type.Union([Type.Literal('leader'), Type.Literal('follower'), Type.Literal('alone')], {
      description: '`alone`: there is no model of the fleet, or the bus is away for longer than the grace.',
    }),
    model: Type.Union([Type.String(), Type.Null()], {
      description:
        'Hash of the model that judges; the same hash, the same verdicts. Null where it learns by itself.',
    }),
    version: Type.Integer({ minimum: 0, description: 'Counts the models of the fleet.' }),
    epoch: Type.Integer({ minimum: 0, description: 'Counts its leaders.' }),
    connected: Type.Boolean({ description: 'Whether the bus answers.' }),
  },
  { description: 'How it stands in its fleet; absent for a sentinel by itself.' },
)

export const Readiness = Type.Object(
  {
    status: Type.Literal('ready'),
    samples_needed: Type.Integer({
      minimum: 0,
      description: 'Records still needed before the first forest; 0 once there is one.',
    }),
    fleet: Type.Optional(FleetStanding),
  },
  {
    $id: 'Readiness',
    description: 'The service takes records. An untrained model or a missing language model does not matter.',
    examples: [{ status: 'ready', samples_needed: 0 }],
  },
)
export type Readiness = Static<typeof Readiness>
