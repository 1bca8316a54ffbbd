import type { Arena } from '../../forest/arena.js'
import type { Feature } from '../../telemetry/features.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { Baseline, FittedSlot, Rating } from '../baseline/baseline.js'
import type { DifferencePolicy } from '../baseline/policy.js'
import { CellCounts } from './cell-counts.js'
import { CellGrid, type GridState, type SpreadOf } from './cell-grid.js'
import { Frame, type FrameState, toRatio } from './frame.js'
import { GuardedPlacement } from './guarded-placement.js'
import { toLog } from './log-scale.js'
import { RandomStream } from './random-stream.js'
import { type RecordState, RecordStore } from './record-store.js'
import type { ProfileState, RouteProfile } from './route-profile.js'
import { RouteProfiles } from './route-profiles.js'
import { ShiftEvidence } from './shift-evidence.js'
import { asVaried, drawShifted } from './shift-release.js'
import { TailGate } from './tail-gate.js'

/** Under `auto` the share of odd records is measured; below this it is too small to measure. */
const LEAST_SHARE = 0.01

/** A captured baseline. Cells, counts and calibration follow from the rest and the forest. */
export type GuardedState = {
  readonly known: RecordState
  readonly odd: RecordState
  readonly nextOdd: number
  readonly profiles: readonly ProfileState[]
  readonly random: number
  readonly shift: Float64Array
  readonly tokens: Float64Array
  readonly frame: FrameState | null
  readonly grid: GridState | null
}

/**
 * A baseline that an attack cannot fill, of records judged against their own route.
 *
 * Records within the threshold enter a reservoir, each in place of a random one, so that it forgets gradually.
 * Odd ones enter only as fast as the baseline's own tail would bring them (tail-gate.ts) and never fill more
 * than a small cell of near-identical ones (cell-grid.ts). The last odd ones are kept aside; when there is
 * evidence that they are here to stay (shift-evidence.ts), they take the place of their share of the baseline.
 */
export class GuardedBaseline implements Baseline {
  readonly kind = 'guarded'
  readonly #arena: Arena
  readonly #features: readonly Feature[]
  readonly #policy: DifferencePolicy
  readonly #profiles: RouteProfiles
  readonly #known: RecordStore
  readonly #odd: RecordStore
  readonly #knownCells = new CellCounts()
  readonly #oddCells = new CellCounts()
  readonly #gate = new TailGate()
  readonly #shift: ShiftEvidence
  readonly #random: RandomStream
  readonly #placement: GuardedPlacement
  #frame: Frame | null = null
  #coming: Frame | null = null
  #grid: CellGrid | null = null
  #share = LEAST_SHARE
  #nextOdd = 0

  constructor(
    arena: Arena,
    features: readonly Feature[],
    policy: DifferencePolicy,
    routesMax: number,
    seed: number,
  ) {
    const { maxRows } = arena.shape
    const nFeatures = features.length
    this.#arena = arena
    this.#features = features
    this.#policy = policy
    this.#profiles = new RouteProfiles(routesMax, nFeatures)
    this.#known = new RecordStore(maxRows, nFeatures)
    this.#odd = new RecordStore(maxRows, nFeatures)
    this.#placement = new GuardedPlacement(nFeatures)
    this.#shift = new ShiftEvidence(maxRows)
    this.#random = new RandomStream(seed)
  }

  /** Routes with a profile. */
  get routes(): number {
    return this.#profiles.size
  }

  place(record: Telemetry): GuardedPlacement {
    const placement = this.#placement
    const { values, logs, routes } = placement.record
    const name = this.#profiles.nameOf(record.route)
    const found = this.#profiles.find(name)
    const profile = found?.established ? found : null
    const frame = this.#frame
    routes[0] = name
    placement.found = found
    placement.profile = profile
    placement.frame = frame
    placement.scope = profile === null || name === '' ? 'baseline' : 'route'
    placement.nRecords = (profile ?? frame)?.columns.size ?? 0
    for (let f = 0; f < logs.length; f++) {
      const value = (this.#features[f] as Feature).extract(record)
      values[f] = value
      logs[f] = toLog(value)
      if (frame !== null) this.#locate(placement, f, frame)
    }
    return placement
  }

  admit(placement: GuardedPlacement, rating: Rating | null): void {
    if (rating === null || this.#grid === null || this.#frame === null) {
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
    this.#shift.observe(odd, crowded, this.#share)
    if (odd) this.#setAside(record, cell)
    if (!odd || (!crowded && this.#gate.pass(score))) this.#enter(placement)
  }

  copyToTraining(): number {
    this.#releaseShift()
    this.#profiles.refresh()
    this.#coming = Frame.measure(this.#known, this.#profiles, this.#arena.training, this.#arena.rowStride)
    return this.#known.size
  }

  adopt({ slot }: FittedSlot): void {
    if (this.#coming === null) return
    this.#frame = this.#coming
    this.#grid = CellGrid.fit(this.#spreadsIn(this.#frame), this.#known, this.#grid)
    this.#grid.label(this.#odd)
    this.#watch(slot)
  }

  capture(): GuardedState {
    return {
      known: this.#known.capture(),
      odd: this.#odd.capture(),
      nextOdd: this.#nextOdd,
      profiles: this.#profiles.capture(),
      random: this.#random.state,
      shift: this.#shift.capture(),
      tokens: this.#gate.tokens.slice(),
      frame: this.#frame?.capture() ?? null,
      grid: this.#grid?.capture() ?? null,
    }
  }

  restore(state: GuardedState, fitted: FittedSlot | null): void {
    this.#known.restore(state.known)
    this.#profiles.restore(state.profiles)
    this.#random.state = state.random
    if (fitted === null || state.frame === null || state.grid === null) return
    // The ring of odd records goes with the forest that found them odd.
    this.#odd.restore(state.odd)
    this.#nextOdd = state.nextOdd % this.#odd.capacity
    this.#shift.restore(state.shift)
    this.#gate.tokens.set(state.tokens)
    this.#frame = new Frame(state.frame)
    this.#grid = new CellGrid(this.#spreadsIn(this.#frame), state.grid)
    this.#watch(fitted.slot)
  }

  #spreadsIn({ within }: Frame): SpreadOf {
    return (route) => {
      const profile = this.#profiles.peek(route)
      return profile?.established ? profile.spread : within
    }
  }

  /** Sets up what guards the baseline for the forest in a slot. */
  #watch(slot: number): void {
    this.#knownCells.recount(this.#known)
    this.#oddCells.recount(this.#odd)
    this.#share = Math.max(this.#arena.wasm.shareOf(this.#arena.base, slot), LEAST_SHARE)
    this.#gate.calibrate(this.#share, this.#arena.scores(slot))
  }

  /** Where a feature of the record stands in the frame, and how far beyond its range. */
  #locate({ values, record, row, beyond, profile }: GuardedPlacement, f: number, frame: Frame): void {
    const scale = profile ?? frame
    const excused = this.#policy.excuses(f, values[f] as number, scale.median[f] as number)
    const distance = excused ? 0 : frame.distance(f, record.logs[f] as number, scale)
    row[f] = toRatio(distance)
    beyond[f] = excused ? 0 : frame.beyond(f, distance)
  }

  #isFull(cell: number, grid: CellGrid): boolean {
    const quota = Math.max(1, grid.quota * this.#known.size)
    return this.#knownCells.of(cell) >= quota || this.#oddCells.of(cell) >= quota
  }

  /** An odd record joins the latest ones. */
  #setAside(record: RecordStore, cell: number): void {
    const odd = this.#odd
    if (odd.size === odd.capacity) this.#oddCells.remove(odd.cells[this.#nextOdd] as number)
    odd.copy(this.#nextOdd, record, 0)
    this.#oddCells.add(cell)
    this.#nextOdd = (this.#nextOdd + 1) % odd.capacity
  }

  /** A record joins the baseline and the profile of its route. */
  #enter({ record, found, route }: GuardedPlacement): void {
    const known = this.#known
    const full = known.size === known.capacity
    const profile = found ?? this.#profiles.findOrCreate(route)
    this.#replace(full ? this.#random.below(known.capacity) : known.size, record, 0, profile)
  }

  /** Puts a record of another store in place of one of the baseline. */
  #replace(index: number, source: RecordStore, from: number, profile: RouteProfile): void {
    const known = this.#known
    if (index < known.size) this.#knownCells.remove(known.cells[index] as number)
    known.copy(index, source, from)
    this.#knownCells.add(known.cells[index] as number)
    profile.add(known.values, index * known.nFeatures)
  }

  #releaseShift(): void {
    const grid = this.#grid
    const frame = this.#frame
    if (grid === null || frame === null) return
    const odd = this.#odd
    const shift = this.#shift.verdict(() => asVaried(odd, this.#nextOdd, this.#known, frame.within))
    if (shift === null) return
    for (const { from, to } of drawShifted(shift, odd, this.#nextOdd, this.#known, grid, this.#random)) {
      this.#replace(to, odd, from, this.#profiles.findOrCreate(odd.routes[from] as string))
    }
    odd.size = 0
    this.#nextOdd = 0
    this.#oddCells.recount(odd)
    this.#shift.reset()
  }
}
