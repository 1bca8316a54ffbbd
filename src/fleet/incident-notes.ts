import type { IncidentEvent } from '../alerts/incidents/incident-event.js'
import type { IncidentLog } from '../alerts/incidents/incident-log.js'
import type { FleetTime } from './fleet-time.js'

/** How often it is said how far open incidents have come, ms. */
const PROGRESS_MS = 2_000

/** What a leader tells: an event, or how an open incident stands, of which nobody is told anew. */
interface Note {
  readonly event: IncidentEvent
  readonly quiet: boolean
}

/** What a leader has still to tell of incidents. */
export class IncidentNotes {
  #waiting: Note[] = []
  #saidMs: number
  #said = ''
  readonly #time: Pick<FleetTime, 'nowMs'>

  constructor(time: Pick<FleetTime, 'nowMs'>) {
    this.#time = time
    this.#saidMs = time.nowMs
  }

  add(event: IncidentEvent): void {
    this.#waiting.push({ event, quiet: false })
  }

  /** What is to be sent now; null for nothing. It counts as sent. */
  take(log: IncidentLog): Uint8Array | null {
    const { nowMs } = this.#time
    if (nowMs - this.#saidMs >= PROGRESS_MS) {
      this.#saidMs = nowMs
      const open = log.openCount === 0 ? [] : log.capture().filter(({ incident }) => incident.closed === null)
      const standing = JSON.stringify(open)
      if (standing !== this.#said) this.#waiting.push(...open.map((event) => ({ event, quiet: true })))
      this.#said = standing
    }
    if (this.#waiting.length === 0) return null
    return new TextEncoder().encode(JSON.stringify(this.#waiting.splice(0)))
  }
}

/**
 * Takes over what a leader told.
 * @param quiet tells nobody of any of it: it is long past
 */
export function mirrorNotes(bytes: Uint8Array, log: IncidentLog, quiet: boolean): void {
  let notes: unknown
  try {
    notes = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // Nobody of this fleet has written that.
    return
  }
  for (const note of Array.isArray(notes) ? (notes as (Partial<Note> | null)[]) : [])
    log.mirror(note?.event, quiet || note?.quiet === true)
}
