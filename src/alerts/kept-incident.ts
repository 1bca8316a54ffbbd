import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { TIME_ID_PATTERN } from '../text/time-id.js'
import { FeedbackNote } from './feedback-note.js'
import { Incident } from './incident.js'
import { IncidentChange } from './incident-event.js'
import { IncidentRecord } from './incident-record.js'

const Id = Type.String({ pattern: TIME_ID_PATTERN })
/** The form that `toISOString` gives; whether there is such a time is another question. */
const Time = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' })

/** The last event of an incident, as the state holds it. */
const KeptIncident = Type.Object({
  id: Id,
  change: IncidentChange,
  // The check knows no formats.
  incident: Type.Object({
    ...Incident.properties,
    id: Id,
    opened: Time,
    last_seen: Time,
    closed: Type.Union([Time, Type.Null()]),
    feedback: Type.Union([Type.Object({ ...FeedbackNote.properties, at: Time }), Type.Null()]),
  }),
})
export type KeptIncident = Static<typeof KeptIncident>

/** An incident from a state, as a record of its own; null where the item is none. */
export function readKeptIncident(item: unknown): IncidentRecord | null {
  const known = withFeedback(item)
  if (!Value.Check(KeptIncident, known)) return null
  const { opened, last_seen, closed, status, id } = known.incident
  const times = [opened, last_seen, closed ?? opened]
  const consistent = (status === 'closed') === (closed !== null) && known.id >= id
  if (!consistent || times.some((time) => Number.isNaN(Date.parse(time)))) return null
  return new IncidentRecord(structuredClone(known))
}

/** An incident of a state of before there was feedback on them lacks it. */
function withFeedback(item: unknown): unknown {
  const { incident } = (item ?? {}) as { readonly incident?: object | null }
  if (typeof incident !== 'object' || incident === null || 'feedback' in incident) return item
  return { ...(item as object), incident: { ...incident, feedback: null } }
}
