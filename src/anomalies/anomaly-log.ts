import type { IncidentReference, P } from '../alerts/alert-fields.js'
import type { Action } from '../alerts/incidents/incident.js'
import { leadOf } from '../alerts/lead.js'
import type { FeedbackNote } from '../alerts/operator/feedback-note.js'
import { isOf as isFoundBy, type Origin, type OriginQuery } from '../alerts/origin.js'
import type { Verdict } from '../detector/verdict.js'
import type { Assessment } from '../explain/llm/assessment.js'
import type { RawRecord } from '../telemetry/raw-record.js'
import { routeName, shownRoute } from '../telemetry/route-name.js'
import { TimeIds } from '../text/time-id.js'
import type { Anomaly, AnomalySummary } from './anomaly.js'
import { detailOf } from './detail-of.js'
import { isKeptAnomaly } from './kept-anomaly.js'

/** Anomalies kept where nothing else is said. */
export const ANOMALIES_MAX = 500
/** At most so many go into a saved state, which is a kilobyte or two for each. */
const MAX_CAPTURED = 1000

/** @internal */
export interface LoggedAnomaly {
  readonly verdict: Verdict
  readonly reason: string
  readonly route?: string | undefined
  /** What was reported. */
  readonly record?: RawRecord
  /** What was recommended; `freeze` where nothing else is said. */
  readonly action?: Action
  readonly p?: P
  readonly incident?: IncidentReference
  /** Of the answer; default that of the verdict. */
  readonly confidence?: number
  /** Which of many baselines found it. */
  readonly origin?: Origin | undefined
  /** When, milliseconds since 1970; default: now, by the log's clock. */
  readonly atMs?: number
}

export interface AnomalyLogOptions {
  readonly max?: number
  readonly ids?: TimeIds
  /** Milliseconds since 1970; default: the clock of the machine. */
  readonly clock?: () => number
}

export interface AnomalyQuery extends OriginQuery {
  /** At most so many, the newest of them; default all. */
  readonly limit?: number
  /** Only anomalies whose id sorts after this text, which is an id or the `idBound` of a time. */
  readonly since?: string
  /** Only anomalies whose id sorts before this text, or is it. */
  readonly until?: string | undefined
  /** Only those of this route, as it is shown or by its name; null for those without one. */
  readonly route?: string | null | undefined
  /** Only those in which this feature stands out most. */
  readonly feature?: string | undefined
  readonly minScore?: number | undefined
  readonly minConfidence?: number | undefined
}

/** `logged`: a new anomaly; `explained`: the model's text has come for one that is already known. */
export type AnomalyEvent = { readonly kind: 'logged' | 'explained'; readonly anomaly: Anomaly }

/** The last anomalies, in a ring: the oldest goes when there is one too many. */
export class AnomalyLog {
  readonly capacity: number
  /** For other logs, too, that tell of their events in one stream with these. */
  readonly ids: TimeIds
  readonly #clock: () => number
  /** In the order of their ids, which is that of insertion: lists and states are read off it. */
  readonly #anomalies = new Map<string, Anomaly>()
  readonly #listeners = new Set<(event: AnomalyEvent) => void>()
  #newestId = ''

  constructor({ max = ANOMALIES_MAX, ids = new TimeIds(), clock = Date.now }: AnomalyLogOptions = {}) {
    if (!Number.isInteger(max) || max < 1) throw new RangeError('an anomaly log holds one or more anomalies')
    this.capacity = max
    this.ids = ids
    this.#clock = clock
  }

  get size(): number {
    return this.#anomalies.size
  }

  /** @internal Keeps an anomaly and tells the listeners. The header `x-anomaly-id` carries its `id`. */
  add(logged: LoggedAnomaly): Anomaly {
    const { verdict, reason, route, action = 'freeze', p = null, incident = null } = logged
    const nowMs = logged.atMs ?? this.#clock()
    const anomaly: Anomaly = {
      id: this.ids.next(nowMs),
      timestamp: new Date(nowMs).toISOString(),
      route: route === undefined ? null : shownRoute(route) || null,
      ...(logged.record === undefined ? {} : { record: logged.record }),
      status: 'THREAT_DETECTED',
      action,
      reason,
      prediction_score: verdict.score,
      confidence: logged.confidence ?? verdict.confidence,
      p,
      incident,
      explanation: { source: 'rules', text: reason, model: null, ms: null },
      ...logged.origin,
      detail: detailOf(verdict, { p, alert: action, incident }),
      feedback: null,
    }
    this.#newestId = anomaly.id
    this.#anomalies.set(anomaly.id, anomaly)
    if (this.#anomalies.size > this.capacity) {
      const oldest = this.#anomalies.keys().next()
      if (!oldest.done) this.#anomalies.delete(oldest.value)
    }
    this.#tell({ kind: 'logged', anomaly })
    return anomaly
  }

  /** Shows the model's text instead of the rules'. False when the anomaly is no longer kept. */
  attachAssessment(id: string, { text, model, ms }: Assessment): boolean {
    const before = this.#anomalies.get(id)
    if (before === undefined) return false
    const anomaly: Anomaly = { ...before, explanation: { source: 'llm', text, model, ms } }
    // A key that exists stays where it is in the order.
    this.#anomalies.set(id, anomaly)
    this.#tell({ kind: 'explained', anomaly })
    return true
  }

  /** Keeps what an operator said of an anomaly. False when the anomaly is no longer kept. */
  note(id: string, feedback: FeedbackNote): boolean {
    const before = this.#anomalies.get(id)
    if (before === undefined) return false
    this.#anomalies.set(id, { ...before, feedback })
    return true
  }

  get(id: string): Anomaly | undefined {
    return this.#anomalies.get(id)
  }

  /** Newest first. */
  list(query: AnomalyQuery = {}): Anomaly[] {
    const { limit = this.capacity, since = '' } = query
    const found: Anomaly[] = []
    for (const anomaly of [...this.#anomalies.values()].reverse()) {
      if (anomaly.id <= since || found.length === limit) break
      if (matches(anomaly, query)) found.push(anomaly)
    }
    return found
  }

  /** The id of the newest anomaly ever logged, or a text that sorts before every id. */
  get newestId(): string {
    return this.#newestId
  }

  /** The newest anomalies, oldest first. */
  capture(): Anomaly[] {
    return [...this.#anomalies.values()].slice(-MAX_CAPTURED)
  }

  /**
   * Takes over captured anomalies; what is none is left out. Ids given from now on sort after theirs, whatever the clock
   * says.
   */
  restore(captured: readonly unknown[]): void {
    const anomalies = Array.isArray(captured) ? captured.filter(isKeptAnomaly) : []
    anomalies.sort((a, b) => (a.id < b.id ? -1 : 1))
    for (const anomaly of anomalies.slice(-this.capacity)) {
      // A state of before there was feedback lacks it, and an older one has routes with queries.
      const { route, feedback = null } = anomaly
      const clean = route === null ? null : shownRoute(route) || null
      this.#anomalies.set(anomaly.id, { ...anomaly, route: clean, feedback })
      this.#newestId = anomaly.id
    }
    if (this.#newestId !== '') this.ids.continueAfter(this.#newestId)
  }

  /** Calls `listener` for each event from now on, until the returned function is called. */
  subscribe(listener: (event: AnomalyEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  #tell(event: AnomalyEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

function matches(anomaly: Anomaly, query: AnomalyQuery): boolean {
  const { until, route, feature, minScore = 0, minConfidence = 0 } = query
  return (
    (until === undefined || anomaly.id <= until) &&
    (route === undefined || isOf(anomaly, route)) &&
    isFoundBy(anomaly, query) &&
    (feature === undefined || leadOf(anomaly.detail)?.feature === feature) &&
    anomaly.prediction_score >= minScore &&
    anomaly.confidence >= minConfidence
  )
}

function isOf(anomaly: Anomaly, route: string | null): boolean {
  if (route === null || anomaly.route === null) return anomaly.route === route
  return anomaly.route === shownRoute(route) || routeName(anomaly.route) === route
}

/** What lists and streams show of an anomaly. @internal */
export function summaryOf({ detail: _, feedback: __, ...summary }: Anomaly): AnomalySummary {
  return summary
}
