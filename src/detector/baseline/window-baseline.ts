import type { Arena } from '../../forest/arena.js'
import type { Steps } from '../../state/steps.js'
import type { Feature } from '../../telemetry/features.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import type { Baseline, FittedSlot, Forgotten, Placement, RecordMatch } from './baseline.js'
import { Columns } from './columns.js'
import type { DifferencePolicy } from './difference-policy.js'
import { type RawContext, RawPlacement } from './raw-placement.js'
import type { SlidingWindow } from './sliding-window.js'

/**
 * The plain sliding window: every record is learnt from, and raw values are compared with those of the whole
 * window. What an isolation forest over a window is everywhere else.
 */
export class WindowBaseline implements Baseline, RawContext {
  readonly kind = 'window'
  readonly #arena: Arena
  readonly #features: readonly Feature[]
  readonly #policy: DifferencePolicy
  readonly #window: SlidingWindow
  readonly #placement: RawPlacement
  readonly #rangeExtension: boolean
  #columns = new Columns([])
  #medians: readonly number[] = []
  /** Rows of the forest in use. */
  #nRows = 0

  /**
   * @param window which the detector puts every record into
   * @param rangeExtension whether scores go on growing beyond what the forest was grown from
   */
  constructor(
    arena: Arena,
    telemetry: TelemetryModel,
    policy: DifferencePolicy,
    window: SlidingWindow,
    rangeExtension: boolean,
  ) {
    this.#rangeExtension = rangeExtension
    this.#arena = arena
    this.#features = telemetry.features
    this.#policy = policy
    this.#window = window
    this.#placement = new RawPlacement(telemetry, this)
  }

  get size(): number {
    return this.#window.size
  }

  place(record: TelemetryRecord): Placement {
    this.#placement.read(record, this.#nRows, this.#policy)
    return this.#placement
  }

  admit(): void {
    // Nothing is kept out: what is learnt from is the history itself.
  }

  copyToTraining(into: Arena): number {
    return this.#window.copyToTraining(into)
  }

  adopt({ slot, nRows }: FittedSlot): void {
    this.#columns = new Columns(this.#features.map((_, index) => this.#arena.column(slot, index)))
    this.#medians = this.#features.map((_, index) => this.#columns.median(index))
    this.#nRows = nRows
    if (this.#rangeExtension) this.#placement.ranges = { ranges: this.#columns.ranges(), nRows }
  }

  forget(matches: RecordMatch): Forgotten {
    const before = this.#window.size
    this.#window.retain((row) => !matches('', row))
    return { baseline: before - this.#window.size, profiles: 0, setAside: 0 }
  }

  unfit(): void {
    this.#columns = new Columns([])
    this.#medians = []
    this.#nRows = 0
    this.#placement.ranges = { ranges: null, nRows: 0 }
  }

  reset(): void {
    this.unfit()
    this.#window.keep(0)
  }

  ownNames(): ReadonlyMap<string, readonly string[]> {
    return new Map()
  }

  expectChange(): void {
    // Every record is learnt as it comes: there is nothing to believe sooner.
  }

  capture(): null {
    // The history has the rows, and the forest its columns.
    return null
  }

  restore(_state: unknown, fitted: FittedSlot | null): void {
    if (fitted !== null) this.adopt(fitted)
  }

  *restoring(state: unknown, fitted: FittedSlot | null): Steps {
    this.restore(state, fitted)
    yield
  }

  median(feature: number): number {
    return this.#medians[feature] as number
  }

  midRank(feature: number, value: number): number {
    return this.#columns.midRank(feature, value)
  }
}
