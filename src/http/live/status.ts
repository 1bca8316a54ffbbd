import { FIRST_ACTION, ODD, RECORDS } from '../../activity/tally.js'
import { VERSION } from '../../config/version.js'
import type { FitReport } from '../../detector/detector.js'
import type { FleetFigures } from '../../fleet/fleet-figures.js'
import type { Sentinel, SentinelListener } from '../../sentinel.js'
import type { Status } from '../schemas/live.js'
import { ModelState } from './model-state.js'
import { RecordRate } from './record-rate.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** How a sentinel stands. Listens to it until `close`. */
export class StatusReader {
  readonly #sentinel: Sentinel
  readonly #fleet: FleetFigures | null
  readonly #model: ModelState
  readonly #unlisten: readonly (() => void)[]
  readonly #rate = new RecordRate()
  #fittedAt: string | null = null

  /** @param fleet null for a sentinel by itself */
  constructor(sentinel: Sentinel, fleet: FleetFigures | null = null) {
    this.#sentinel = sentinel
    this.#fleet = fleet
    this.#model = new ModelState(sentinel.explainMode !== 'rules')
    const fits: SentinelListener = {
      fitted: ({ outcome }: FitReport) => {
        if (outcome === 'ok') this.#fittedAt = new Date().toISOString()
      },
      modelAdopted: () => {
        this.#fittedAt = new Date().toISOString()
      },
    }
    this.#unlisten = [sentinel.listen(this.#model), sentinel.listen(fits)]
  }

  read(): Status {
    const { detector, incidents, anomalies, operator, activity, alertRate, alertShare } = this.#sentinel
    const { nowMs, timeline } = activity
    const { paused_until, samples, samples_needed } = operator.learning()
    return {
      version: VERSION,
      records_a_second: this.#rate.over(timeline.records, performance.now()),
      minute: countsOf(timeline.sums(nowMs, MINUTE_MS)),
      hour: countsOf(timeline.sums(nowMs, HOUR_MS)),
      incidents_open: incidents.openCount,
      alert_rate: alertRate,
      alert_share: alertShare,
      learning_paused_until: paused_until,
      samples,
      samples_needed,
      model_generation: detector.generation,
      model_fitted_at: detector.given ? null : this.#fittedAt,
      baseline: detector.given ? 'given' : detector.keepsRoutes ? 'guarded' : 'window',
      ...(this.#fleet === null ? {} : { fleet: standingOf(this.#fleet) }),
      explanations: this.#model.value,
      newest_anomaly: anomalies.newestId,
    }
  }

  close(): void {
    for (const unlisten of this.#unlisten) unlisten()
  }
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
