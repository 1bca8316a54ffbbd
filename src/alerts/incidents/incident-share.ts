import type { Origin } from '../origin.js'
import type { Incident } from './incident.js'
import type { IncidentFacts, IncidentLog, IncidentQuery } from './incident-log.js'
import type { OpenIncidentChanges } from './incident-record.js'

/** What a baseline writes its incidents in: a log of its own, or its share of one. */
export interface IncidentBook {
  /** How many are open, or more: 0 only where none is. */
  readonly openCount: number
  open(facts: IncidentFacts, nowMs: number): Incident
  update(id: string, changes: OpenIncidentChanges, nowMs: number): boolean
  close(id: string, changes: OpenIncidentChanges, nowMs: number): boolean
  list(query: Pick<IncidentQuery, 'open'>): Incident[]
  openOn(route: string, newcomers?: boolean): Pick<Incident, 'id' | 'route' | 'action' | 'feature'> | null
  isMirrored(id: string): boolean
}

/** Those incidents of a log that one of many baselines has found. */
export class IncidentShare implements IncidentBook {
  readonly #log: IncidentLog
  readonly #origin: Origin

  constructor(log: IncidentLog, origin: Origin) {
    this.#log = log
    this.#origin = origin
  }

  get openCount(): number {
    return this.#log.openCount
  }

  open(facts: IncidentFacts, nowMs: number): Incident {
    return this.#log.open({ ...facts, ...this.#origin }, nowMs)
  }

  update(id: string, changes: OpenIncidentChanges, nowMs: number): boolean {
    return this.#log.update(id, changes, nowMs)
  }

  close(id: string, changes: OpenIncidentChanges, nowMs: number): boolean {
    return this.#log.close(id, changes, nowMs)
  }

  list({ open }: Pick<IncidentQuery, 'open'>): Incident[] {
    return this.#log.list({ open, ...this.#origin })
  }

  /** Only what others gather is looked for by route, and nobody shares that. */
  openOn(): null {
    return null
  }

  isMirrored(id: string): boolean {
    return this.#log.isMirrored(id)
  }
}
