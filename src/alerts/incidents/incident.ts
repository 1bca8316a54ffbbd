import { type Static, Type } from '@sinclair/typebox'
import { FeedbackNote } from '../operator/feedback-note.js'
import { Origin } from '../origin-schema.js'

/** What is recommended, in ascending order of severity. */
export const Action = Type.Union(
  [Type.Literal('observe'), Type.Literal('throttle'), Type.Literal('freeze')],
  {
    description:
      'What the caller is advised to do, as the evidence warrants: `observe`, look at it; `throttle`, slow down whom it comes from; `freeze`, stop them.',
  },
)
export type Action = Static<typeof Action>

/** What kind of evidence opened an incident. */
export const IncidentKind = Type.Union(
  [
    Type.Literal('spike'),
    Type.Literal('shift'),
    Type.Literal('silence'),
    Type.Literal('surge'),
    Type.Literal('newcomers'),
  ],
  {
    description:
      '`spike`: records far out; `shift`: values that moved and stay; `silence`, `surge`: records that stopped, or came at twice their rate; `newcomers`: many routes that nobody asked for before.',
  },
)
export type IncidentKind = Static<typeof IncidentKind>

const OrNull = <Schema extends Parameters<typeof Type.Optional>[0]>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description })

/** A route that became slow, three minutes in. */
export const INCIDENT_EXAMPLE = {
  id: '19b76daa800-0000',
  status: 'open' as const,
  kind: 'spike' as const,
  route: '/api/analyze',
  feature: 'latency',
  unit: 'ms',
  direction: 'high' as const,
  opened: '2026-01-01T00:00:00.000Z',
  last_seen: '2026-01-01T00:03:12.480Z',
  closed: null,
  records: 412,
  usual: 127.4,
  seen: 5230,
  peak_score: 0.81,
  peak_p: 0.0000004,
  action: 'freeze' as const,
  summary: 'latency at /api/analyze is up to 41x its usual value',
  anomalies: ['19b76daa7d2-0003'],
  feedback: null,
}

/** Evidence that something is going on, and the records that belong to it: one for a thousand alerts. */
export const Incident = Type.Object(
  {
    id: Type.String({ description: 'Sorts by the time it opened.' }),
    status: Type.Union([Type.Literal('open'), Type.Literal('closed')]),
    kind: IncidentKind,
    route: OrNull(Type.String(), 'The route it is about; null for all traffic.'),
    feature: OrNull(Type.String(), 'The feature that stands out most; null where none does.'),
    unit: OrNull(Type.String(), 'Unit of that feature.'),
    direction: OrNull(
      Type.Union([Type.Literal('high'), Type.Literal('low')]),
      'Which side of the usual values it lies on.',
    ),
    opened: Type.String({ format: 'date-time' }),
    last_seen: Type.String({ format: 'date-time', description: 'When the last record joined it.' }),
    closed: OrNull(Type.String({ format: 'date-time' }), 'Null while it is open.'),
    records: Type.Integer({ minimum: 0, description: 'Records that belong to it.' }),
    usual: OrNull(
      Type.Number(),
      'Usual value of the leading feature when it opened; of all traffic that on the route of `seen`.',
    ),
    seen: OrNull(Type.Number(), 'Its value in the rarest record that it leads.'),
    peak_score: OrNull(Type.Number(), 'Highest anomaly score among its records.'),
    peak_p: OrNull(Type.Number({ minimum: 0, maximum: 1 }), 'Smallest p among its records.'),
    action: Action,
    summary: Type.String({ description: 'What happened, in a sentence.' }),
    anomalies: Type.Array(Type.String(), { description: 'Ids of example anomalies, the first ones.' }),
    feedback: OrNull(FeedbackNote, 'What an operator said of it; null while nobody did.'),
    ...Origin.properties,
  },
  { $id: 'Incident', description: 'One incident.', examples: [INCIDENT_EXAMPLE] },
)
export type Incident = Static<typeof Incident>
