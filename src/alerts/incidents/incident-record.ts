import type { FeedbackNote } from '../operator/feedback-note.js'
import type { Origin } from '../origin.js'
import type { Action, Incident } from './incident.js'
import type { IncidentChange, IncidentEvent } from './incident-event.js'

/** Example anomalies that an incident names. */
const MAX_EXAMPLES = 10

/** What may change while an incident is open. */
export type OpenIncidentChanges = Partial<
  Omit<
    Incident,
    | 'id'
    | 'status'
    | 'kind'
    | 'route'
    | 'opened'
    | 'last_seen'
    | 'closed'
    | 'anomalies'
    | 'feedback'
    | keyof Origin
  >
>

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** One incident as the log holds it: changed in place, because a flood of records changes it once a record. */
export class IncidentRecord {
  /** When the last record joined it, milliseconds since 1970. */
  seenMs: number
  readonly #facts: Mutable<Incident>
  #lastChange: IncidentChange
  #eventId: string
  #growsAt: number

  /** @param event the last that happened to it; its incident is taken over, not copied */
  constructor({ id, change, incident }: IncidentEvent) {
    this.#facts = incident
    this.#lastChange = change
    this.#eventId = id
    this.#growsAt = nextPowerOfTen(incident.records)
    this.seenMs = Date.parse(incident.last_seen)
  }

  static opened(
    id: string,
    facts: Pick<Incident, 'kind' | 'route'> &
      Origin &
      Required<OpenIncidentChanges> & { readonly anomalies?: readonly string[] },
    nowMs: number,
  ): IncidentRecord {
    const now = new Date(nowMs).toISOString()
    const incident: Incident = {
      id,
      status: 'open',
      kind: facts.kind,
      route: facts.route,
      feature: facts.feature,
      unit: facts.unit,
      direction: facts.direction,
      opened: now,
      last_seen: now,
      closed: null,
      records: facts.records,
      usual: facts.usual,
      seen: facts.seen,
      peak_score: facts.peak_score,
      peak_p: facts.peak_p,
      action: facts.action,
      summary: facts.summary,
      anomalies: (facts.anomalies ?? []).slice(0, MAX_EXAMPLES),
      feedback: null,
      ...(facts.detector !== undefined && { detector: facts.detector, entity: facts.entity ?? null }),
    }
    return new IncidentRecord({ id, change: 'opened', incident })
  }

  get id(): string {
    return this.#facts.id
  }

  get isOpen(): boolean {
    return this.#facts.closed === null
  }

  get kind(): Incident['kind'] {
    return this.#facts.kind
  }

  get route(): string | null {
    return this.#facts.route
  }

  get feature(): string | null {
    return this.#facts.feature
  }

  get origin(): Origin {
    return this.#facts
  }

  get action(): Action {
    return this.#facts.action
  }

  get lastChange(): IncidentChange {
    return this.#lastChange
  }

  get eventId(): string {
    return this.#eventId
  }

  /** Whether it has ten times as many records now. */
  change(changes: OpenIncidentChanges, nowMs: number): boolean {
    const facts: Record<string, unknown> = this.#facts
    // Some four times as fast as Object.assign, and a flood comes here once a record.
    for (const name in changes) facts[name] = changes[name as keyof OpenIncidentChanges]
    if (changes.records === undefined) return false
    this.seenMs = nowMs
    if (changes.records < this.#growsAt) return false
    this.#growsAt = nextPowerOfTen(changes.records)
    return true
  }

  addExample(anomalyId: string): void {
    if (this.#facts.anomalies.length < MAX_EXAMPLES) this.#facts.anomalies.push(anomalyId)
  }

  /** Keeps what an operator said of it, whether it is open or not. */
  note(feedback: FeedbackNote): void {
    this.#facts.feedback = feedback
  }

  close(changes: OpenIncidentChanges, nowMs: number): void {
    this.change(changes, nowMs)
    this.#facts.status = 'closed'
    this.#facts.closed = new Date(nowMs).toISOString()
  }

  mark(change: IncidentChange, eventId: string): void {
    this.#lastChange = change
    this.#eventId = eventId
  }

  incident(): Incident {
    const { anomalies } = this.#facts
    return { ...this.#facts, last_seen: new Date(this.seenMs).toISOString(), anomalies: [...anomalies] }
  }

  /** The last that happened to it, with the incident as it is now. */
  event(): IncidentEvent {
    return { id: this.#eventId, change: this.#lastChange, incident: this.incident() }
  }
}

/** The first of 10, 100, 1,000… above `n`. */
function nextPowerOfTen(n: number): number {
  let power = 10
  while (power <= n) power *= 10
  return power
}
