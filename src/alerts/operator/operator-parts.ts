import type { Detector } from '../../detector/detector.js'
import type { Incident } from '../incidents/incident.js'
import type { Findings } from '../lead.js'
import type { AlertMemories } from './alert-memories.js'
import type { FeedbackNote } from './feedback-note.js'

/** The anomalies that feedback may be given on, and that keep it. @internal */
export interface AnomalyNotes {
  get(id: string): { readonly route: string | null; readonly detail: Findings } | undefined
  note(id: string, feedback: FeedbackNote): void
}

/** The incidents that feedback may be given on. @internal */
export interface IncidentNotes {
  get(id: string): Incident | undefined
  note(id: string, feedback: FeedbackNote): void
}

/** Where a line for each word goes. @internal */
export interface OperatorLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** What an operator's words are about. @internal */
export interface OperatorParts {
  readonly detector: Detector
  readonly anomalies: AnomalyNotes
  readonly incidents: IncidentNotes
  /** What the alerts have learnt; without alerts there is none. */
  readonly memories?: AlertMemories
  readonly log: OperatorLog
  /** What words hold by: milliseconds since 1970, going on evenly. */
  readonly clock?: () => number
  /** The time that people read, in milliseconds since 1970; without it that of `clock`. */
  readonly wallClock?: () => number
}
