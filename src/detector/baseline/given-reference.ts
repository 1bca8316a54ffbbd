import type { TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import type { Placement, Reference } from './baseline.js'
import type { DifferencePolicy } from './difference-policy.js'
import type { RankedWindow } from './ranked-window.js'
import { type RawColumns, RawPlacement } from './raw-placement.js'

/**
 * What a forest that was fitted elsewhere judges by: raw values, as it knows no routes. It brings no rows along, so
 * medians and ranks are those of the records that came by here.
 */
export class GivenReference implements Reference {
  /** Null where it would excuse nothing: then nobody needs a median before there is an anomaly. */
  readonly #policy: DifferencePolicy | null
  readonly #window: RankedWindow
  readonly #placement: RawPlacement

  /**
   * @param window which the detector puts every record into
   * @param columns what the forest says of its columns
   */
  constructor(
    telemetry: TelemetryModel,
    policy: DifferencePolicy,
    window: RankedWindow,
    columns: RawColumns,
  ) {
    this.#policy = policy.strict ? null : policy
    this.#window = window
    this.#placement = new RawPlacement(telemetry, window, columns)
  }

  place(record: TelemetryRecord): Placement {
    this.#placement.read(record, this.#window.size, this.#policy)
    return this.#placement
  }
}
