import { MAX_FLOAT32 } from '../../../forest/rows.js'
import { type Column, Columns, countBelow, countUpTo, sortedColumns } from '../../baseline/columns.js'
import type { RecordStore } from '../record-store.js'
import type { RouteProfiles } from '../routes/route-profiles.js'
import { noveltyOf } from './constancy.js'
import { LEAST_SPREAD, linearPerUnit, perUnitOf, TRIFLE, toLog } from './log-scale.js'
import { medianOf, spreadAround } from './median.js'
import type { Scale } from './scale.js'

/** Below a decade of range a feature counts as if it had one: ln 10. */
const LEAST_RANGE = Math.LN10
/** e to this is still a float32. */
const LARGEST_LOG = 88
/** Distances are multiples of this, so that what a feature is counted in does not decide in the last bits. */
const STEPS_PER_LOG = 2 ** 20

/** Everything that a frame measured, by feature. */
export type FrameState = {
  readonly median: Float64Array
  readonly center: Float64Array
  readonly spread: Float64Array
  readonly within: Float64Array
  readonly middle: Float64Array
  readonly halfRange: Float64Array
  readonly columns: readonly Column[]
  /** States of before had one unit of 1, and no odds of a novel value. */
  readonly perUnit?: Float64Array
  readonly novelty?: Float64Array
  readonly noveltyOfAll?: Float64Array
}

/**
 * The coordinates that one forest is grown in and scores in. A feature's distance from the centre of its scale
 * (its route's, or the whole baseline's) is taken in spreads of that scale, times the spread within routes that
 * is common to all: what a log ratio to the median would be, had every route the same spread. The forest
 * compares e to that, a ratio to the usual value, for threats are on the high side and trees that split ratios
 * look harder there; of linear features the distance itself. Without routes this is the raw feature, divided by its median.
 */
export class Frame implements Scale {
  readonly perUnit: Float64Array
  readonly median: Float64Array
  readonly center: Float64Array
  readonly spread: Float64Array
  readonly novelty: Float64Array
  /** The same over all routes on which the feature is constant. */
  readonly noveltyOfAll: Float64Array
  /** Spread of the records around the centres that they are judged against. */
  readonly within: Float64Array
  /** The baseline that was measured. */
  readonly columns: Columns
  readonly #middle: Float64Array
  readonly #halfRange: Float64Array

  /**
   * Takes the measure of a baseline and writes its rows, f32[n][stride], for a forest to be grown from.
   * @param profiles just refreshed
   * @param linear which features have differences that count, and no ratios
   */
  static measure(
    baseline: RecordStore,
    profiles: RouteProfiles,
    rows: Float32Array,
    stride: number,
    linear: readonly boolean[] = [],
  ): Frame {
    const { nFeatures, size, values } = baseline
    const zeros = (): Float64Array => new Float64Array(nFeatures)
    const columns = sortedColumns(values, nFeatures, size, new Float64Array(nFeatures * size))
    const frame = new Frame({
      median: zeros(),
      center: zeros(),
      spread: zeros(),
      within: zeros(),
      middle: zeros(),
      halfRange: zeros(),
      columns,
      perUnit: Float64Array.from(columns, (column, f) =>
        linear[f] === true ? linearPerUnit(column) : perUnitOf(column),
      ),
      novelty: zeros(),
      noveltyOfAll: profiles.noveltyOfAll(),
    })
    frame.#measure(columns, baseline, profiles, rows, stride)
    return frame
  }

  /** A frame that was captured. */
  constructor(state: FrameState) {
    const { median, center, spread, within, middle, halfRange, columns } = state
    const ones = (): Float64Array => new Float64Array(median.length).fill(1)
    this.median = median
    this.center = center
    this.spread = spread
    this.within = within
    this.#middle = middle
    this.#halfRange = halfRange
    this.columns = new Columns(columns)
    this.perUnit = state.perUnit ?? ones()
    this.novelty = state.novelty ?? ones()
    this.noveltyOfAll = state.noveltyOfAll ?? ones()
  }

  capture(): FrameState {
    const { median, center, spread, within, perUnit, novelty, noveltyOfAll } = this
    const columns = this.columns.capture()
    const ranges = { middle: this.#middle, halfRange: this.#halfRange }
    return { median, center, spread, within, ...ranges, columns, perUnit, novelty, noveltyOfAll }
  }

  #measure(
    columns: readonly Column[],
    baseline: RecordStore,
    profiles: RouteProfiles,
    rows: Float32Array,
    stride: number,
  ): void {
    const { nFeatures, size } = baseline
    const column = new Float64Array(size)
    this.takeLogs(baseline, profiles)
    const scales: Scale[] = []
    for (let i = 0; i < size; i++) scales.push(profiles.scaleOf(baseline.routes[i] as string) ?? this)
    for (let f = 0; f < nFeatures; f++) {
      const median = this.columns.median(f)
      this.median[f] = median
      this.novelty[f] = noveltyIn(columns[f] as Column, median)
      baseline.logColumn(f, this.perUnit[f] as number, column)
      this.center[f] = medianOf(column, size)
      this.spread[f] = Math.max(spreadAround(this.center[f] as number, column, size), LEAST_SPREAD)
      for (let i = 0; i < size; i++)
        column[i] = (baseline.logs[i * nFeatures + f] as number) - (scales[i]?.center[f] as number)
      this.within[f] = Math.max(spreadAround(0, column, size), LEAST_SPREAD)
      this.#writeColumn(f, baseline, scales, rows, stride)
    }
  }

  /**
   * Takes the log of a feature of a record, on the scale of those that it is compared with. From array to array:
   * numbers that are handed to a call, or returned, are objects on the heap unless the compiler inlines it.
   * @param at where the value is, and its log is to be
   */
  takeLog({ values, logs }: RecordStore, at: number, feature: number, scale: Scale): void {
    const perUnit = (scale.perUnit[feature] as number) || (this.perUnit[feature] as number)
    logs[at] = toLog(values[at] as number, perUnit)
  }

  /** Takes the logs of all records of a store, each on the scale of its route. */
  takeLogs(store: RecordStore, profiles: RouteProfiles): void {
    const { nFeatures, size } = store
    for (let i = 0; i < size; i++) {
      const scale = profiles.scaleOf(store.routes[i] as string) ?? this
      for (let f = 0; f < nFeatures; f++) this.takeLog(store, i * nFeatures + f, f, scale)
    }
  }

  /** Signed distance of a value from the centre of a scale, in common log units. */
  distance(feature: number, log: number, scale: Scale): number {
    const difference = log - (scale.center[feature] as number)
    if (Math.abs(difference) < TRIFLE) return 0
    const distance = (difference / (scale.spread[feature] as number)) * (this.within[feature] as number)
    return Math.round(distance * STEPS_PER_LOG) / STEPS_PER_LOG
  }

  /**
   * What the forest compares: the ratio to the usual value, or, of a linear feature, the difference from it, whose two
   * sides are alike.
   */
  coordinate(feature: number, distance: number): number {
    if ((this.perUnit[feature] as number) < 0) return Math.max(-MAX_FLOAT32, Math.min(distance, MAX_FLOAT32))
    return Math.min(Math.exp(Math.min(distance, LARGEST_LOG)), MAX_FLOAT32)
  }

  /**
   * How far a distance is outside the range of the baseline, as a multiple of that range: 0 within. Ranges
   * narrower than a spread or a decade count as those.
   */
  beyond(feature: number, distance: number): number {
    const half = this.#halfRange[feature] as number
    const outside = Math.abs(distance - (this.#middle[feature] as number)) - half
    return outside <= 0 ? 0 : outside / Math.max(2 * half, LEAST_RANGE)
  }

  #writeColumn(f: number, baseline: RecordStore, scales: Scale[], rows: Float32Array, stride: number): void {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let i = 0; i < baseline.size; i++) {
      const log = baseline.logs[i * baseline.nFeatures + f] as number
      const distance = this.distance(f, log, scales[i] as Scale)
      low = Math.min(low, distance)
      high = Math.max(high, distance)
      rows[i * stride + f] = this.coordinate(f, distance)
    }
    this.#middle[f] = (low + high) / 2
    this.#halfRange[f] = Math.max((high - low) / 2, LEAST_SPREAD)
  }
}

/** Probability of a value other than the usual one, by those of a column. */
function noveltyIn(ascending: Column, usual: number): number {
  const same = countUpTo(ascending, usual) - countBelow(ascending, usual)
  return noveltyOf(same, ascending.length - same)
}
