import type { Action } from '../../alerts/incidents/incident.js'
import type { Judgement } from '../../sentinel.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import { RecordClock, recordTimeMs } from '../../telemetry/record-clock.js'
import { routeName } from '../../telemetry/route-name.js'
import { AdaptiveTimeline } from './adaptive-timeline.js'
import { LabelledScores } from './labelled-scores.js'

/** Routes that are told apart in the report; what comes on top counts as one. */
const ROUTES_MAX = 1000
export const OTHER_ROUTES = '(others)'
const REJECTED_SHOWN = 20

export interface RouteTally {
  records: number
  alerted: number
}

/** A line that was not judged. */
export interface Rejected {
  readonly file: string
  readonly line: number
  readonly reason: string
}

/** How well the alerts go with the labels of the file. */
export interface LabelFigures {
  readonly labelled: number
  readonly anomalies: number
  readonly precision: number
  readonly recall: number
  /** By p, or by the score where there is none. */
  readonly auroc: number
  readonly averagePrecision: number
}

/** What there is to be shown of a replay, and what its records look like. */
export interface TallyOptions {
  readonly draws: boolean
  readonly telemetry: TelemetryModel
}

/** Adds up what becomes of the records of a replay. */
export class ReplayTally {
  records = 0
  rejected = 0
  alerted = 0
  readonly actions: Record<Action, number> = { observe: 0, throttle: 0, freeze: 0 }
  readonly routes = new Map<string, RouteTally>()
  /** The first ones. */
  readonly faults: Rejected[] = []
  /** When the first and the last record came, in milliseconds since 1970; null where they do not say. */
  firstMs: number | null = null
  lastMs: number | null = null
  /** Records at or below each alert rate that was asked about. */
  readonly whatIf: { readonly rate: number; alerted: number }[]
  /** Over the whole time, where somebody is to see it. */
  readonly timeline: AdaptiveTimeline | null
  readonly #clock = new RecordClock()
  readonly #telemetry: TelemetryModel
  readonly #labelled = new LabelledScores()
  #labelledAlerts = 0
  #foundAnomalies = 0

  /** @param rates alert rates to be asked about */
  constructor(rates: readonly number[], { draws, telemetry }: TallyOptions) {
    this.timeline = draws ? new AdaptiveTimeline() : null
    this.#telemetry = telemetry
    this.whatIf = rates.map((rate) => ({ rate, alerted: 0 }))
  }

  reject(fault: Rejected): void {
    this.rejected++
    if (this.faults.length < REJECTED_SHOWN) this.faults.push(fault)
  }

  add(record: TelemetryRecord, label: boolean | null, judgement: Judgement): void {
    const { anomaly, p, verdict } = judgement
    this.records++
    if (this.timeline !== null) {
      this.#clock.see(this.#telemetry.timestampOf(record))
      this.timeline.see(this.#clock.nowMs, judgement)
    }
    const route = this.#routeOf(record)
    route.records++
    if (anomaly !== null) {
      this.alerted++
      this.actions[anomaly.action]++
      route.alerted++
    }
    if (p !== null) for (const each of this.whatIf) if (p <= each.rate) each.alerted++
    const ms = recordTimeMs(this.#telemetry.timestampOf(record))
    if (ms !== null) {
      this.firstMs = Math.min(this.firstMs ?? ms, ms)
      this.lastMs = Math.max(this.lastMs ?? ms, ms)
    }
    if (label === null) return
    // Without a p, which only the first records are, the score ranks among the ordinary.
    this.#labelled.add(p === null ? verdict.score : 1 - Math.log(p), label)
    if (anomaly !== null) {
      this.#labelledAlerts++
      if (label) this.#foundAnomalies++
    }
  }

  /** Null where no record is labelled. */
  get labels(): LabelFigures | null {
    const { size: labelled, positives: anomalies, auroc, averagePrecision } = this.#labelled
    if (labelled === 0) return null
    return {
      labelled,
      anomalies,
      precision: this.#foundAnomalies / this.#labelledAlerts,
      recall: this.#foundAnomalies / anomalies,
      auroc,
      averagePrecision,
    }
  }

  #routeOf(record: TelemetryRecord): RouteTally {
    const name = routeName(this.#telemetry.routeOf(record))
    const known = this.routes.get(name)
    if (known !== undefined) return known
    const key = this.routes.size < ROUTES_MAX ? name : OTHER_ROUTES
    const tally = this.routes.get(key) ?? { records: 0, alerted: 0 }
    this.routes.set(key, tally)
    return tally
  }
}
