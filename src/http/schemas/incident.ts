import { type Static, Type } from '@sinclair/typebox'
import { INCIDENT_EXAMPLE, Incident } from '../../alerts/incidents/incident.js'
import { TIME_ID_PATTERN } from '../../text/time-id.js'
import { OriginQuery } from './detector.js'
import { referenceTo } from './reference.js'

export const IncidentListAnswer = Type.Object(
  {
    incidents: Type.Array(referenceTo(Incident)),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'Give it as `before` to get the next page; null on the last one.',
    }),
  },
  {
    description: 'Incidents, newest first.',
    examples: [{ incidents: [INCIDENT_EXAMPLE], next: null }],
  },
)

/** What `http/query/list-query.ts` reads, which says what is allowed; query values arrive as text. */
export const IncidentListQuery = Type.Object({
  open: Type.Optional(
    Type.String({
      description: '`true`: only those that are open; `false`: only those that are closed.',
      examples: ['true'],
    }),
  ),
  route: Type.Optional(
    Type.String({
      description: 'Only those of this route, named as a record names it; empty for those of all traffic.',
      examples: ['/api/analyze'],
    }),
  ),
  feature: Type.Optional(
    Type.String({ description: 'Only those in which this feature stands out most.', examples: ['latency'] }),
  ),
  since: Type.Optional(
    Type.String({
      description:
        'Only incidents that opened after this one (an id) or from this time on (ISO 8601 with Z or an offset, or a date in UTC).',
      examples: ['2026-01-01T00:00:00Z', INCIDENT_EXAMPLE.id],
    }),
  ),
  before: Type.Optional(
    Type.String({
      description: 'Only incidents that opened before this one: the `next` of the page before.',
      examples: [INCIDENT_EXAMPLE.id],
    }),
  ),
  limit: Type.Optional(
    Type.String({
      description: 'How many at most: a whole number from 1 to the capacity of the log. Default 50.',
      examples: ['50'],
    }),
  ),
  ...OriginQuery.properties,
})
export type IncidentListQuery = Static<typeof IncidentListQuery>

export const IncidentParams = Type.Object({
  id: Type.String({
    description: `The id of an incident: ${TIME_ID_PATTERN}`,
    examples: [INCIDENT_EXAMPLE.id],
  }),
})
