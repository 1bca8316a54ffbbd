import { type Checks, hasShape, is } from '../../state/shape.js'
import { isTimeId } from '../../text/time-id.js'
import { KINDS } from '../evidence/gathered-incident.js'
import type { FeedbackNote } from '../operator/feedback-note.js'
import { hasOrigin, type Origin } from '../origin.js'
import type { Incident } from './incident.js'
import type { IncidentEvent } from './incident-event.js'
import { IncidentRecord } from './incident-record.js'

const isId = (value: unknown): boolean => typeof value === 'string' && isTimeId(value)
/** The form that `toISOString` gives. */
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const isTime = (value: unknown): boolean => is.matching(ISO_TIME)(value) && is.time(value)

/** What a note of feedback is made of. */
export const FEEDBACK_CHECKS: Checks<FeedbackNote> = {
  verdict: is.oneOf('expected', 'threat'),
  note: is.orNull(is.text),
  at: isTime,
}

const INCIDENT: Checks<Omit<Incident, keyof Origin>> = {
  id: isId,
  status: is.oneOf('open', 'closed'),
  kind: is.oneOf(...KINDS),
  route: is.orNull(is.text),
  feature: is.orNull(is.text),
  unit: is.orNull(is.text),
  direction: is.orNull(is.oneOf('high', 'low')),
  opened: isTime,
  last_seen: isTime,
  closed: is.orNull(isTime),
  records: is.count,
  usual: is.orNull(is.number),
  seen: is.orNull(is.number),
  peak_score: is.orNull(is.number),
  peak_p: is.orNull(is.share),
  action: is.oneOf('observe', 'throttle', 'freeze'),
  summary: is.text,
  anomalies: is.texts,
  feedback: is.orNull(is.shaped(FEEDBACK_CHECKS)),
}

/** The last event of an incident, as the state holds it. */
export type KeptIncident = IncidentEvent
const KEPT: Checks<KeptIncident> = {
  id: isId,
  change: is.oneOf('opened', 'grown', 'closed'),
  incident: is.shaped(INCIDENT),
}

/** An incident from a state, as a record of its own; null where the item is none. */
export function readKeptIncident(item: unknown): IncidentRecord | null {
  const known = withFeedback(item)
  if (!hasShape(known, KEPT) || !hasOrigin(known.incident)) return null
  const { closed, status, id } = known.incident
  if ((status === 'closed') !== (closed !== null) || known.id < id) return null
  return new IncidentRecord(structuredClone(known))
}

/** An incident of a state of before there was feedback on them lacks it. */
function withFeedback(item: unknown): unknown {
  const { incident } = (item ?? {}) as { readonly incident?: object | null }
  if (typeof incident !== 'object' || incident === null || 'feedback' in incident) return item
  return { ...(item as object), incident: { ...incident, feedback: null } }
}
