import { FIRST_ACTION, ODD, RECORDS } from '../../activity/tally.js'
import { VERSION } from '../../config/version.js'
import type { FleetFigures } from '../../fleet/fleet-figures.js'
import type { Sentinel } from '../../sentinel.js'
import type { Status } from '../schemas/live.js'
import type { Baselines, LiveSubject } from './live-subject.js'
import type { ModelState } from './model-state.js'
import { RecordRate } from './record-rate.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Records that a share of alerts is taken over. */
const SHARE_RECORDS = 20_000

/** How a detector stands, or one of its baselines. */
export class StatusReader {
  readonly #subject: LiveSubject
  readonly #model: ModelState
  readonly #fleet: FleetFigures | null
  #rate = new RecordRate()
  /** Whose records are counted. */
  #counted: Sentinel

  /** @param fleet null for a sentinel by itself */
  constructor(subject: LiveSubject, model: ModelState, fleet: FleetFigures | null = null) {
    this.#subject = subject
    this.#model = model
    this.#fleet = fleet
    this.#counted = subject.baselines()[0]
  }

  read(): Status {
    const { activity, standing } = this.#subject
    const baselines = this.#subject.baselines()
    const [first] = baselines
    const { detector } = first
    const { nowMs, timeline } = activity
    const of = standing(baselines)
    return {
      version: VERSION,
      records_a_second: this.#recordsASecond(first),
      minute: countsOf(timeline.sums(nowMs, MINUTE_MS)),
      hour: countsOf(timeline.sums(nowMs, HOUR_MS)),
      incidents_open: this.#incidentsOpen(first),
      alert_rate: first.alertRate,
      ...learningOf(baselines),
      baseline: detector.given ? 'given' : detector.keepsRoutes ? 'guarded' : 'window',
      ...(this.#fleet === null ? {} : { fleet: standingOf(this.#fleet) }),
      explanations: this.#model.value,
      newest_anomaly: this.#newestAnomaly(first),
      ...(of === undefined ? {} : { of }),
    }
  }

  #recordsASecond(first: Sentinel): number {
    const { whole, activity } = this.#subject
    if (first !== this.#counted) {
      this.#counted = first
      this.#rate = new RecordRate()
    }
    const records = whole ? activity.timeline.records : first.detector.records
    return Math.max(0, this.#rate.over(records, performance.now()))
  }

  #incidentsOpen({ incidents }: Sentinel): number {
    const { origin } = this.#subject
    if (origin.detector === undefined || incidents.openCount === 0) return incidents.openCount
    return incidents.list({ ...origin, open: true }).length
  }

  #newestAnomaly({ anomalies }: Sentinel): string {
    const { origin } = this.#subject
    if (origin.detector === undefined) return anomalies.newestId
    return anomalies.list({ ...origin, limit: 1 })[0]?.id ?? ''
  }
}

/** What baselines have learnt: of several the sum of what they know, and what the furthest of them has. */
function learningOf(
  baselines: Baselines,
): Pick<
  Status,
  | 'alert_share'
  | 'learning_paused_until'
  | 'samples'
  | 'samples_needed'
  | 'model_generation'
  | 'model_fitted_at'
> {
  const reports = baselines.map(({ operator }) => operator.learning())
  const pauses = reports.flatMap(({ paused_until: until }) => until ?? [])
  const since = baselines.flatMap(({ detector, modelSinceMs }) =>
    detector.given ? [] : (modelSinceMs ?? []),
  )
  return {
    alert_share: alertShareOf(baselines),
    // While one of them learns, learning is not paused.
    learning_paused_until: pauses.length < reports.length ? null : (pauses.sort()[0] ?? null),
    samples: reports.reduce((sum, { samples }) => sum + samples, 0),
    samples_needed: Math.min(...reports.map((one) => one.samples_needed)),
    model_generation: Math.max(...baselines.map(({ detector }) => detector.generation)),
    model_fitted_at: since.length === 0 ? null : new Date(Math.max(...since)).toISOString(),
  }
}

/** Each counts by the records that its share is of. */
function alertShareOf(baselines: Baselines): number {
  if (baselines.length === 1) return baselines[0].alertShare
  const counted = baselines.map(({ alertShare, detector }) => {
    const records = Math.min(detector.records, SHARE_RECORDS)
    return { records, alerts: alertShare * records }
  })
  const records = counted.reduce((sum, one) => sum + one.records, 0)
  return records === 0 ? 0 : counted.reduce((sum, one) => sum + one.alerts, 0) / records
}

function standingOf({
  role,
  model,
  replicas,
  version,
  connected,
}: FleetFigures): NonNullable<Status['fleet']> {
  return { role, model, replicas, version, connected }
}

function countsOf(sums: Float64Array): Status['minute'] {
  const at = (place: number): number => sums[place] as number
  return {
    records: at(RECORDS),
    odd: at(ODD),
    alerts: at(FIRST_ACTION) + at(FIRST_ACTION + 1) + at(FIRST_ACTION + 2),
  }
}
