import { AlertsStateError, type Captured, memberOf, numbersOf, textOf } from '../captured.js'
import { ACTIONS, type Action, graver } from './grade.js'

/** What an incident was opened by: rare records, a lasting shift of a feature, records that stopped or doubled, new routes. */
export const KINDS = ['spike', 'shift', 'silence', 'surge', 'newcomers'] as const
export type IncidentKind = (typeof KINDS)[number]

/** The rarest record of an incident, and the rarest in which the incident's feature leads. */
export interface Peak {
  readonly p: number
  /** The forest's score; 0 where there was none. */
  readonly score: number
  /** Value of the feature in the latter; 0 where none leads. */
  readonly value: number
  /** p of the latter; 1 before the first. */
  readonly valueP: number
}

/** Something that somebody has to look at: alerts that belong together. */
export interface Incident {
  readonly id: number
  readonly kind: IncidentKind
  /** Null for all routes. */
  readonly route: string | null
  /** Null where the forest alone found it, and for silence and surges. */
  readonly feature: string | null
  readonly direction: 'high' | 'low'
  readonly openedMs: number
  readonly lastSeenMs: number
  /** Null while it is open. */
  readonly closedMs: number | null
  /** Alerts that belong to it. */
  readonly records: number
  readonly peak: Peak
  /**
   * Usual value of the leading feature when it was opened; of one of all routes that on the route of the peak. 0 where none
   * leads.
   */
  readonly usual: number
  /** Ids of a few of its anomalies, the first ones. */
  readonly examples: readonly string[]
  /** The gravest that was recommended. */
  readonly action: Action
  /** The incident that it became part of, or null. */
  readonly mergedInto: number | null
}

/** What an incident is opened with. */
export interface Opening {
  readonly kind: IncidentKind
  readonly route: string | null
  readonly feature: string | null
  readonly direction: 'high' | 'low'
  readonly usual: number
  readonly nowMs: number
  /** Usual time from record to record of the route, ms; 0 when that is not known. */
  readonly gapMs: number
}

/** One record of an incident. */
interface Sight {
  readonly p: number
  readonly score: number
  readonly value: number
  readonly leads: boolean
  readonly usual: number
}

const EXAMPLES = 5

/** An incident as it is kept. */
export class KeptIncident implements Incident {
  readonly id: number
  readonly kind: IncidentKind
  route: string | null
  feature: string | null
  direction: 'high' | 'low'
  readonly openedMs: number
  lastSeenMs: number
  closedMs: number | null = null
  records = 0
  readonly peak = { p: 1, score: 0, value: 0, valueP: 1 }
  usual: number
  readonly examples: string[] = []
  action: Action = 'observe'
  mergedInto: number | null = null

  constructor(id: number, { kind, route, feature, direction, usual, nowMs }: Opening) {
    this.id = id
    this.kind = kind
    this.route = route
    this.feature = feature
    this.direction = direction
    this.usual = usual
    this.openedMs = nowMs
    this.lastSeenMs = nowMs
  }

  /** One more alert belongs to it. */
  collect(action: Action, nowMs: number): void {
    this.records += 1
    this.lastSeenMs = Math.max(this.lastSeenMs, nowMs)
    this.action = graver(this.action, action)
  }

  /**
   * What one of its records was.
   * @param value of the incident's feature
   * @param leads whether that feature is the rarest in it
   * @param usual value of the feature on the record's route
   */
  see({ p, score, value, leads, usual }: Sight): void {
    const { peak } = this
    if (p <= peak.p) {
      peak.p = p
      peak.score = score
    }
    if (leads ? p > peak.valueP : peak.valueP < 1) return
    peak.value = value
    if (leads) peak.valueP = p
    if (this.route === null && this.feature !== null) this.usual = usual
  }

  /** Whether it has just grown tenfold. */
  get grownTenfold(): boolean {
    let records = this.records
    while (records >= 10 && records % 10 === 0) records /= 10
    return records === 1 && this.records >= 10
  }

  addExample(anomalyId: string): void {
    if (this.examples.length < EXAMPLES) this.examples.push(anomalyId)
  }

  /** What another held becomes part of it. */
  absorb(other: KeptIncident, nowMs: number): void {
    this.records += other.records
    this.action = graver(this.action, other.action)
    const { p, score, value, valueP } = other.peak
    if (p < this.peak.p) Object.assign(this.peak, { p, score })
    if (other.feature === this.feature && valueP < this.peak.valueP) {
      Object.assign(this.peak, { value, valueP })
      this.usual = other.usual
    }
    for (const example of other.examples) this.addExample(example)
    other.mergedInto = this.id
    other.closedMs = nowMs
  }

  capture(): Captured {
    const { id, kind, route, feature, direction, openedMs, lastSeenMs, closedMs, records, usual, action } =
      this
    const times = Float64Array.of(
      openedMs,
      lastSeenMs,
      records,
      usual,
      this.peak.p,
      this.peak.score,
      this.peak.value,
      this.peak.valueP,
    )
    const { mergedInto } = this
    return {
      id,
      kind,
      route,
      feature,
      direction,
      closedMs,
      action,
      mergedInto,
      examples: [...this.examples],
      times,
    }
  }

  /** @throws AlertsStateError when that is no incident */
  static restored(captured: Captured): KeptIncident {
    const t = numbersOf(captured, 'times')
    // A state of before it was known which record the value is of has one number less.
    if (t.length !== 7 && t.length !== 8) throw new AlertsStateError('times is not 8 numbers')
    const kind = KINDS.find((each) => each === textOf(captured, 'kind'))
    const action = ACTIONS.find((each) => each === textOf(captured, 'action'))
    const id = memberOf(captured, 'id')
    if (kind === undefined || action === undefined || typeof id !== 'number')
      throw new AlertsStateError('an incident is not one')
    const incident = new KeptIncident(id, {
      kind,
      route: textOrNull(captured, 'route'),
      feature: textOrNull(captured, 'feature'),
      direction: textOf(captured, 'direction') === 'low' ? 'low' : 'high',
      usual: t[3] as number,
      nowMs: t[0] as number,
      gapMs: 0,
    })
    incident.lastSeenMs = t[1] as number
    incident.records = t[2] as number
    Object.assign(incident.peak, { p: t[4], score: t[5], value: t[6], valueP: t[7] ?? t[4] })
    const closedMs = memberOf(captured, 'closedMs')
    const mergedInto = memberOf(captured, 'mergedInto')
    incident.closedMs = typeof closedMs === 'number' ? closedMs : null
    incident.mergedInto = typeof mergedInto === 'number' ? mergedInto : null
    incident.action = action
    const examples = memberOf(captured, 'examples')
    if (Array.isArray(examples)) for (const example of examples) incident.addExample(String(example))
    return incident
  }
}

function textOrNull(captured: Captured, name: string): string | null {
  return memberOf(captured, name) === null ? null : textOf(captured, name)
}
