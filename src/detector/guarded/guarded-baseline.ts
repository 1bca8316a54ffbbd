import type { Arena } from '../../forest/arena.js'
import { finish, type Steps } from '../../state/steps.js'
import type { Feature } from '../../telemetry/features.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import type { Baseline, FittedSlot, Forgotten, Rating, RecordMatch } from '../baseline/baseline.js'
import type { DifferencePolicy } from '../baseline/difference-policy.js'
import { CellGrid, type SpreadOf } from './admission/cell-grid.js'
import { KnownRecords } from './admission/known-records.js'
import { OddRecords } from './admission/odd-records.js'
import { Sparseness } from './admission/sparseness.js'
import { TailGate } from './admission/tail-gate.js'
import { Frame } from './frame/frame.js'
import { LinearFeatures } from './frame/linear-features.js'
import { GuardedPlacement } from './guarded-placement.js'
import type { GuardedState } from './guarded-state.js'
import { RandomStream } from './random-stream.js'
import { RouteProfiles } from './routes/route-profiles.js'
import { Shifts } from './shifts/shifts.js'

/** Under `auto` the share of odd records is measured; below this it is too small to measure. */
const LEAST_SHARE = 0.01

/** What a guarded baseline is told beside what it learns from. */
export interface GuardedOptions {
  readonly routesMax: number
  readonly seed: number
  /** ms, for how long a shift has gone on; without one records alone count. */
  readonly clock?: (() => number) | null | undefined
}

/**
 * A baseline that an attack cannot fill, of records judged against their own route.
 *
 * Records within the threshold enter a reservoir, each in place of a random one, so that it forgets gradually.
 * Odd ones enter only as fast as the baseline's own tail would bring them (tail-gate.ts) and never fill more
 * than a small cell of near-identical ones (cell-grid.ts), unless all traffic is sparse (sparseness.ts). The last odd ones are kept aside; when there is
 * evidence that they are here to stay (shifts.ts), they take the place of their share of the baseline.
 */
export class GuardedBaseline implements Baseline {
  readonly kind = 'guarded'
  readonly #arena: Arena
  readonly #telemetry: TelemetryModel
  readonly #features: readonly Feature[]
  readonly #linear: LinearFeatures
  readonly #policy: DifferencePolicy
  readonly #profiles: RouteProfiles
  readonly #known: KnownRecords
  readonly #odd: OddRecords
  readonly #gate = new TailGate()
  readonly #shifts: Shifts
  readonly #seed: number
  readonly #sparseness: Sparseness
  readonly #random: RandomStream
  readonly #placement: GuardedPlacement
  #frame: Frame | null = null
  #coming: Frame | null = null
  #grid: CellGrid | null = null
  /** No number from the first: V8 keeps it as an object then, and makes no other each time that it is handed over. */
  #share: number

  constructor(
    arena: Arena,
    telemetry: TelemetryModel,
    policy: DifferencePolicy,
    { routesMax, seed, clock = null }: GuardedOptions,
  ) {
    const { maxRows } = arena.shape
    const { features } = telemetry
    this.#share = LEAST_SHARE
    const nFeatures = features.length
    this.#arena = arena
    this.#telemetry = telemetry
    this.#features = features
    this.#linear = new LinearFeatures(features)
    this.#policy = policy
    this.#profiles = new RouteProfiles(routesMax, nFeatures, this.#linear.flags)
    this.#odd = new OddRecords(maxRows, nFeatures)
    this.#placement = new GuardedPlacement(nFeatures)
    this.#seed = seed
    this.#sparseness = new Sparseness(clock)
    this.#random = new RandomStream(seed)
    this.#known = new KnownRecords(maxRows, nFeatures, this.#profiles, this.#random)
    this.#shifts = new Shifts({
      known: this.#known,
      odd: this.#odd,
      profiles: this.#profiles,
      random: this.#random,
      clock,
    })
  }

  /** Routes with a profile. */
  get routes(): number {
    return this.#profiles.size
  }

  get size(): number {
    return this.#known.size
  }

  place(record: TelemetryRecord): GuardedPlacement {
    const placement = this.#placement
    const { values, routes } = placement.record
    const { considered } = placement
    const { own, general } = this.#profiles.nameOf(this.#telemetry.routeOf(record))
    const found = this.#profiles.peek(own)
    const profile = found?.established ? found : own === general ? null : this.#profiles.scaleOf(own)
    const frame = this.#frame
    routes[0] = own
    placement.route = general
    placement.found = found
    placement.profile = profile
    placement.frame = frame
    placement.novelty = 1
    placement.novel = -1
    placement.missing = null
    placement.scope = profile === null || own === '' ? 'baseline' : 'route'
    placement.nRecords = (profile ?? frame)?.columns.size ?? 0
    for (let f = 0; f < values.length; f++) {
      const found = (this.#features[f] as Feature).extract(record)
      const value = Number.isNaN(found) ? this.#usual(placement, f) : found
      values[f] = value
      considered[f] = value
      if (frame !== null) this.#locate(placement, f, frame)
    }
    return placement
  }

  admit(placement: GuardedPlacement, rating: Rating | null): void {
    this.#profiles.count(placement.found)
    if (placement.missing !== null) this.#fill(placement, placement.missing)
    const isSparse = this.#sparseness.observe()
    if (rating === null || isSparse || this.#grid === null || this.#frame === null) {
      this.#enter(placement)
      return
    }
    const { odd, score } = rating
    const { record } = placement
    const spreads = placement.profile?.spread ?? this.#frame.within
    const cell = this.#grid.cellOf(record.logs, 0, spreads)
    record.cells[0] = cell
    const crowded = odd && this.#isFull(cell, this.#grid)
    this.#gate.tick()
    this.#shifts.observe(placement.own, odd, crowded, this.#share)
    if (odd) this.#odd.add(record, cell)
    if (!odd || (!crowded && this.#gate.pass(score))) this.#enter(placement)
  }

  copyToTraining(into: Arena): number {
    if (this.#grid !== null && this.#frame !== null)
      this.#shifts.release(this.#grid, this.#frame, this.#share)
    if (this.#linear.look(this.#known.records)) this.#profiles.outdate()
    this.#profiles.refresh()
    this.#coming = Frame.measure(
      this.#known.records,
      this.#profiles,
      into.training,
      into.rowStride,
      this.#linear.flags,
    )
    return this.#known.size
  }

  adopt({ slot }: FittedSlot): void {
    if (this.#coming === null) return
    this.#frame = this.#coming
    this.#takeLogs(this.#frame)
    this.#grid = CellGrid.fit(this.#spreadsIn(this.#frame), this.#known.records, this.#grid)
    this.#grid.label(this.#odd.records)
    this.#watch(slot)
  }

  forget(matches: RecordMatch): Forgotten {
    const odd = this.#odd.records
    const asCalled: RecordMatch = (own, values) => matches(this.#profiles.generalOf(own), values)
    const setAside = this.#odd.retain((i) => !asCalled(odd.routes[i] as string, odd.valuesOf(i)))
    // Evidence is sums: what the records that are gone have added to them cannot be taken out again.
    if (setAside > 0) this.#shifts.forgetEvidence()
    return { ...this.#known.forget(asCalled), setAside }
  }

  unfit(): void {
    this.#frame = this.#coming = null
    this.#grid = null
    this.#odd.clear()
    this.#shifts.reset()
    this.#gate.tokens.fill(1)
  }

  reset(): void {
    this.unfit()
    this.#known.clear()
    this.#profiles.clear()
    this.#random.state = new RandomStream(this.#seed).state
  }

  ownNames(): ReadonlyMap<string, readonly string[]> {
    return this.#profiles.ownNames()
  }

  expectChange(route: string | null): void {
    // Without a forest every record is let in as it comes.
    if (this.#grid !== null) this.#shifts.announce(route)
  }

  capture(): GuardedState {
    return {
      known: this.#known.records.capture(),
      odd: this.#odd.capture(),
      nextOdd: this.#odd.next,
      profiles: this.#profiles.capture(),
      newcomers: this.#profiles.captureNewcomers(),
      random: this.#random.state,
      tokens: this.#gate.tokens.slice(),
      frame: this.#frame?.capture() ?? null,
      grid: this.#grid?.capture() ?? null,
      ...this.#shifts.capture(),
      lastMs: this.#sparseness.lastMs,
    }
  }

  restore(state: GuardedState, fitted: FittedSlot | null): void {
    finish(this.restoring(state, fitted))
  }

  *restoring(state: GuardedState, fitted: FittedSlot | null): Steps {
    this.unfit()
    this.#known.restore(state.known)
    yield* this.#profiles.restoring(state.profiles, state.newcomers)
    this.#random.state = state.random
    this.#sparseness.lastMs = state.lastMs ?? 0
    if (fitted === null || state.frame === null || state.grid === null) return
    // The ring of odd records goes with the forest that found them odd.
    this.#odd.restore(state.odd, state.nextOdd)
    this.#shifts.restore(state)
    this.#gate.tokens.set(state.tokens)
    this.#frame = new Frame(state.frame)
    this.#linear.restore(this.#frame.perUnit)
    yield
    this.#takeLogs(this.#frame)
    yield
    this.#grid = new CellGrid(this.#spreadsIn(this.#frame), state.grid)
    this.#watch(fitted.slot)
  }

  #spreadsIn({ within }: Frame): SpreadOf {
    return (route) => this.#profiles.scaleOf(route)?.spread ?? within
  }

  #takeLogs(frame: Frame): void {
    frame.takeLogs(this.#known.records, this.#profiles)
    frame.takeLogs(this.#odd.records, this.#profiles)
  }

  /** Sets up what guards the baseline for the forest in a slot. */
  #watch(slot: number): void {
    this.#known.recount()
    this.#odd.recount()
    this.#share = Math.max(this.#arena.wasm.shareOf(this.#arena.base, slot), LEAST_SHARE)
    this.#gate.calibrate(this.#share, this.#arena.scores(slot))
  }

  /** Where a feature of the record stands in the frame, how far beyond its range, and whether that is new to it. */
  #locate(placement: GuardedPlacement, f: number, frame: Frame): void {
    const { values, considered, record, row, beyond, profile } = placement
    const scale = profile ?? frame
    const value = values[f] as number
    frame.takeLog(record, f, f, scale)
    const lacked = placement.missing !== null && placement.missing[f] === 1
    if (lacked || this.#policy.excuses(f, value, scale.median[f] as number)) {
      considered[f] = scale.median[f] as number
      row[f] = frame.coordinate(f, 0)
      beyond[f] = 0
      return
    }
    const distance = frame.distance(f, record.logs[f] as number, scale)
    row[f] = frame.coordinate(f, distance)
    beyond[f] = frame.beyond(f, distance)
    const own = scale.novelty[f] as number
    if (own >= placement.novelty || Math.abs(distance) <= (frame.within[f] as number)) return
    const novelty = profile === null ? own : Math.max(own, frame.noveltyOfAll[f] as number)
    if (novelty >= placement.novelty) return
    placement.novelty = novelty
    placement.novel = f
  }

  /** What stands in for a value that the record lacks: the median of what it is compared with. */
  #usual(placement: GuardedPlacement, f: number): number {
    placement.lack(f)
    const scale = placement.profile ?? placement.frame
    return scale === null ? this.#known.medianOf(f) : (scale.median[f] as number)
  }

  /**
   * Puts a value that its route had before in the place of each that the record lacks: medians would make the baseline
   * look narrower than it is.
   */
  #fill({ record, values, profile, frame }: GuardedPlacement, missing: Uint8Array): void {
    const known = this.#known.records
    if (known.size === 0) return
    const scale = profile ?? frame
    for (let f = 0; f < values.length; f++) {
      if (missing[f] === 0) continue
      if (scale === null) values[f] = known.valuesOf(this.#random.below(known.size))[f] as number
      else {
        values[f] = scale.columns.valueAt(f, this.#random.below(scale.columns.size))
        if (frame !== null) frame.takeLog(record, f, f, scale)
      }
    }
  }

  #isFull(cell: number, grid: CellGrid): boolean {
    const quota = Math.max(1, grid.quota * this.#known.size)
    return this.#known.of(cell) >= quota || this.#odd.of(cell) >= quota
  }

  /** A record joins the baseline and the profile of its route. */
  #enter({ record, found, own, route }: GuardedPlacement): void {
    this.#known.enter(record, 0, found ?? this.#profiles.admit(own), route)
  }
}
