import type { Incident } from '../alerts/incidents/incident.js'
import type { IncidentEvent } from './incident-event.js'

/** Which sentinel it is that tells. */
export interface Sender {
  readonly version: string
  /** The machine or container it runs in. */
  readonly instance: string
}

export const SERVICE = 'codeflow-sentinel'

/** Makes the JSON text to post; asked anew for each try, because it may hold the time. */
export type Body = (nowMs: number) => string

/** How a receiver wants to be told. One form belongs to one webhook: it may remember what is open. */
export interface Form {
  bodyOf(event: IncidentEvent): Body
  /** What is posted again and again, for a receiver that forgets what is not repeated. */
  readonly repeat?: {
    readonly everyMs: number
    /** Null while there is nothing to repeat. */
    body(): Body | null
  }
  /** Takes up incidents that were open before a restart. */
  resume?(incidents: readonly Incident[]): void
}
