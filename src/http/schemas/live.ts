import type { Readable } from 'node:stream'
import { type Static, Type } from '@sinclair/typebox'
import { TimelineColumns } from '../../activity/timeline-columns.js'
import { Incident } from '../../alerts/incidents/incident.js'
import { FleetStanding } from './health.js'

const Share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description })
const OrNull = <Schema extends Parameters<typeof Type.Optional>[0]>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description })

/** How things stand now. Names are those of the metrics, as far as there is one. */
export const Status = Type.Object(
  {
    version: Type.String(),
    records_a_second: Type.Number({ minimum: 0, description: 'Over the last five seconds.' }),
    minute: Type.Object({ records: Type.Integer(), odd: Type.Integer(), alerts: Type.Integer() }),
    hour: Type.Object({ records: Type.Integer(), odd: Type.Integer(), alerts: Type.Integer() }),
    incidents_open: Type.Integer({ minimum: 0 }),
    alert_rate: OrNull(Type.Number(), 'Null where the labels of the forest decide.'),
    alert_share: Share('Of the last 20,000 records, alerted by themselves.'),
    learning_paused_until: OrNull(Type.String({ format: 'date-time' }), 'Null while it is not paused.'),
    samples: Type.Integer({ minimum: 0, description: 'Records learnt from, up to the size of the window.' }),
    samples_needed: Type.Integer({
      minimum: 0,
      description: 'Records still needed before the first forest; 0 once there is one.',
    }),
    model_generation: Type.Integer({ minimum: 0, description: '0 while there is no forest.' }),
    model_fitted_at: OrNull(
      Type.String({ format: 'date-time' }),
      'When the forest in use was fitted; null where that is not known.',
    ),
    baseline: Type.Union([Type.Literal('guarded'), Type.Literal('window'), Type.Literal('given')], {
      description: '`given`: a forest from a file judges, and nothing is learnt.',
    }),
    fleet: Type.Optional(
      Type.Object(
        {
          role: FleetStanding.properties.role,
          model: FleetStanding.properties.model,
          replicas: Type.Integer({
            minimum: 0,
            description: 'Replicas that the leader has heard of lately; 0 where another leads.',
          }),
          version: FleetStanding.properties.version,
          connected: FleetStanding.properties.connected,
        },
        { description: 'How it stands in its fleet; absent for a sentinel by itself.' },
      ),
    ),
    explanations: Type.Union(
      [Type.Literal('rules'), Type.Literal('unknown'), Type.Literal('up'), Type.Literal('down')],
      { description: '`rules`: no language model is asked; `unknown`: none was asked yet.' },
    ),
    of: Type.Optional(
      Type.Object(
        {
          detector: Type.String(),
          entity: Type.Optional(
            OrNull(
              Type.String(),
              'Null for the baseline that all others share; absent for all baselines of the detector.',
            ),
          ),
          in_memory: Type.Boolean({
            description:
              'Whether the entity has a baseline in memory; while it has none, the figures are of the shared one.',
          }),
          baselines: Type.Integer({ minimum: 1, description: 'How many the figures are of.' }),
          trained: Type.Integer({ minimum: 0, description: 'How many of them have a forest.' }),
        },
        {
          description:
            'Whom the query names, and whose figures these are: `incidents_open` and `newest_anomaly` are theirs; `minute` and `hour` are of the whole detector; of several baselines the samples are added up, and what is needed, the generation and the time are those of the furthest.',
        },
      ),
    ),
    newest_anomaly: Type.String({ description: 'Id of the newest anomaly; empty while there is none.' }),
  },
  {
    $id: 'Status',
    description: 'How things stand now.',
    examples: [
      {
        version: '0.1.0',
        records_a_second: 50.2,
        minute: { records: 3011, odd: 301, alerts: 4 },
        hour: { records: 180_600, odd: 18_011, alerts: 190 },
        incidents_open: 0,
        alert_rate: 0.001,
        alert_share: 0.0011,
        learning_paused_until: null,
        samples: 1000,
        samples_needed: 0,
        model_generation: 412,
        model_fitted_at: '2026-01-01T00:00:00.000Z',
        baseline: 'guarded',
        explanations: 'up',
        newest_anomaly: '19b76daa800-0000',
      },
    ],
  },
)
export type Status = Static<typeof Status>

/** What is told once a second. */
export const Tick = Type.Object({
  now: Type.Integer({ description: 'The time by the clock of the service, Unix time in milliseconds.' }),
  status: Type.Unsafe<Status>({ $ref: `${Status.$id}#` }),
  timeline: Type.Unsafe<TimelineColumns>({ $ref: `${TimelineColumns.$id}#` }),
  incidents: Type.Array(Type.Unsafe<Incident>({ $ref: `${Incident.$id}#` }), {
    description: 'Those that changed, 20 at most; the newest come first.',
  }),
})
export type Tick = Static<typeof Tick>

/** Whom a stream tells of. */
export const LiveQuery = Type.Object({
  detector: Type.Optional(
    Type.String({
      description:
        'The detector that is told of. Default: the shared baseline of `default`, with the incidents of all.',
      examples: ['default'],
    }),
  ),
  entity: Type.Optional(
    Type.String({
      description: 'Only this entity of it; empty for the baseline that all others share. Default: all.',
    }),
  ),
})

export const LiveHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      description: 'The id of the last event that was received: the first one then holds what came since.',
      examples: ['1767225605000'],
    }),
  ),
})

/** A stream has no JSON schema; Fastify sends it as it is. */
export const LiveEvents = Type.Unsafe<Readable>({
  type: 'string',
  examples: [
    'id: 1767225605000\nevent: tick\ndata: {"now":1767225605000,"status":{"records_a_second":50},"timeline":{"step":5},"incidents":[]}\n\n',
  ],
})
