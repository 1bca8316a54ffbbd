import type { Arena } from '../../forest/arena.js'
import type { Feature } from '../../telemetry/features.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { Baseline, FittedSlot, Forgotten, Rating, RecordMatch } from '../baseline/baseline.js'
import type { DifferencePolicy } from '../baseline/policy.js'
import { AnnouncedChange, type ChangeState } from './announced-change.js'
import { CellCounts } from './cell-counts.js'
import { CellGrid, type GridState, type SpreadOf } from './cell-grid.js'
import { type RouteChange, releaseOf } from './change-release.js'
import { Frame, type FrameState, toRatio } from './frame.js'
import { GuardedPlacement } from './guarded-placement.js'
import { toLog } from './log-scale.js'
import { OddRecords } from './odd-records.js'
import { RandomStream } from './random-stream.js'
import { type RecordState, RecordStore } from './record-store.js'
import type { ProfileState, RouteProfile } from './route-profile.js'
import { RouteProfiles } from './route-profiles.js'
import { ShiftEvidence } from './shift-evidence.js'
import { asVaried, drawShifted, everyIndex } from './shift-release.js'
import { TailGate } from './tail-gate.js'

/** Under `auto` the share of odd records is measured; below this it is too small to measure. */
const LEAST_SHARE = 0.01
/** Changes that are expected at a time; the oldest goes. */
const MAX_CHANGES = 32

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
  readonly changes: readonly ChangeState[]
}

/**
 * A baseline that an attack cannot fill, of records judged against their own route.
 *
 * Records within the threshold enter a reservoir, each in place of a random one, so that it forgets gradually.
 * Odd ones enter only as fast as the baseline's own tail would bring them (tail-gate.ts) and never fill more
 * than a small cell of near-identical ones (cell-grid.ts). The last odd ones are kept aside; when there is
 * evidence that they are here to stay (shift-evidence.ts), they take the place of their share of the baseline. Of a
 * change that was announced less evidence is enough (announced-change.ts).
 */
export class GuardedBaseline implements Baseline {
  readonly kind = 'guarded'
  readonly #arena: Arena
  readonly #features: readonly Feature[]
  readonly #policy: DifferencePolicy
  readonly #profiles: RouteProfiles
  readonly #known: RecordStore
  readonly #odd: OddRecords
  readonly #knownCells = new CellCounts()
  readonly #gate = new TailGate()
  readonly #shift: ShiftEvidence
  readonly #seed: number
  readonly #random: RandomStream
  readonly #placement: GuardedPlacement
  #frame: Frame | null = null
  #coming: Frame | null = null
  #grid: CellGrid | null = null
  #share = LEAST_SHARE
  #changes: AnnouncedChange[] = []

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
    this.#odd = new OddRecords(maxRows, nFeatures)
    this.#placement = new GuardedPlacement(nFeatures)
    this.#shift = new ShiftEvidence(maxRows)
    this.#seed = seed
    this.#random = new RandomStream(seed)
  }

  /** Routes with a profile. */
  get routes(): number {
    return this.#profiles.size
  }

  get size(): number {
    return this.#known.size
  }

  place(record: Telemetry): GuardedPlacement {
    const placement = this.#placement
    const { values, logs, routes } = placement.record
    const { considered } = placement
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
      considered[f] = value
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
    if (this.#changes.length > 0) this.#observeChanges(placement.route, odd, crowded)
    if (odd) this.#odd.add(record, cell)
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
    this.#grid.label(this.#odd.records)
    this.#watch(slot)
  }

  forget(matches: RecordMatch): Forgotten {
    const known = this.#known
    const odd = this.#odd.records
    const baseline = known.retain((i) => !matches(known.routes[i] as string, known.valuesOf(i)))
    const setAside = this.#odd.retain((i) => !matches(odd.routes[i] as string, odd.valuesOf(i)))
    this.#knownCells.recount(known)
    // What the evidence owes to records that are gone cannot be told from the rest of it.
    if (setAside > 0) this.#shift.reset()
    return { baseline, profiles: this.#profiles.forget(matches), setAside }
  }

  unfit(): void {
    this.#frame = this.#coming = null
    this.#grid = null
    this.#odd.clear()
    this.#changes = []
    this.#shift.reset()
    this.#gate.tokens.fill(1)
  }

  reset(): void {
    this.unfit()
    this.#known.size = 0
    this.#knownCells.recount(this.#known)
    this.#profiles.clear()
    this.#random.state = new RandomStream(this.#seed).state
  }

  /** What came before the announcement is no evidence of the change, and not what should come in with it. */
  expectChange(route: string | null): void {
    // Without a forest every record is let in as it comes.
    if (this.#grid === null) return
    const change = new AnnouncedChange(route, this.#known.capacity)
    this.#odd.retain((i) => !change.concerns(this.#odd.records.routes[i] as string))
    this.#shift.reset()
    const others = this.#changes.filter((other) => other.route !== route)
    this.#changes = [...others, change].slice(-MAX_CHANGES)
  }

  capture(): GuardedState {
    return {
      known: this.#known.capture(),
      odd: this.#odd.capture(),
      nextOdd: this.#odd.next,
      profiles: this.#profiles.capture(),
      random: this.#random.state,
      shift: this.#shift.capture(),
      tokens: this.#gate.tokens.slice(),
      frame: this.#frame?.capture() ?? null,
      grid: this.#grid?.capture() ?? null,
      changes: this.#changes.map((change) => change.capture()),
    }
  }

  restore(state: GuardedState, fitted: FittedSlot | null): void {
    this.#known.restore(state.known)
    this.#profiles.restore(state.profiles)
    this.#random.state = state.random
    if (fitted === null || state.frame === null || state.grid === null) return
    // The ring of odd records goes with the forest that found them odd.
    this.#odd.restore(state.odd, state.nextOdd)
    // A state of before there were any lacks them.
    const changes: readonly ChangeState[] = state.changes ?? []
    this.#changes = changes.map((change) => AnnouncedChange.restored(change, this.#known.capacity))
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
    this.#odd.recount()
    this.#share = Math.max(this.#arena.wasm.shareOf(this.#arena.base, slot), LEAST_SHARE)
    this.#gate.calibrate(this.#share, this.#arena.scores(slot))
  }

  /** Where a feature of the record stands in the frame, and how far beyond its range. */
  #locate(
    { values, considered, record, row, beyond, profile }: GuardedPlacement,
    f: number,
    frame: Frame,
  ): void {
    const scale = profile ?? frame
    const excused = this.#policy.excuses(f, values[f] as number, scale.median[f] as number)
    const distance = excused ? 0 : frame.distance(f, record.logs[f] as number, scale)
    if (excused) considered[f] = scale.median[f] as number
    row[f] = toRatio(distance)
    beyond[f] = excused ? 0 : frame.beyond(f, distance)
  }

  #isFull(cell: number, grid: CellGrid): boolean {
    const quota = Math.max(1, grid.quota * this.#known.size)
    return this.#knownCells.of(cell) >= quota || this.#odd.of(cell) >= quota
  }

  #observeChanges(route: string, odd: boolean, crowded: boolean): void {
    for (const change of this.#changes) change.observe(route, odd, crowded, this.#share)
    if (this.#changes.some((change) => change.over))
      this.#changes = this.#changes.filter((change) => !change.over)
  }

  /** A record joins the baseline and the profile of its route. */
  #enter({ record, found, route }: GuardedPlacement): void {
    const profile = found ?? this.#profiles.findOrCreate(route)
    this.#replace(this.#freePlace(), record, 0, profile)
  }

  /** Where the next record of the baseline goes: the first free place, or a random one. */
  #freePlace(): number {
    const known = this.#known
    return known.size === known.capacity ? this.#random.below(known.capacity) : known.size
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
    const known = this.#known
    const shift = this.#shift.verdict(() =>
      asVaried(odd.records, odd.newest(known.capacity >> 1), known, everyIndex(known), frame.within),
    )
    if (shift === null) {
      for (const change of this.#changes) this.#releaseChange(change, grid, frame)
      return
    }
    for (const { from, to } of drawShifted(shift, odd, known, grid, this.#random)) {
      this.#replace(to, odd.records, from, this.#profiles.findOrCreate(odd.records.routes[from] as string))
    }
    odd.clear()
    this.#shift.reset()
    this.#changes = []
  }

  #releaseChange(change: AnnouncedChange, grid: CellGrid, { within: spreads }: Frame): void {
    const odd = this.#odd
    const scene = { odd, baseline: this.#known, grid, spreads, share: this.#share, random: this.#random }
    const released = releaseOf(change, scene)
    if (released === null) return
    const leaving = new Set(released.flatMap((one) => one.leaving))
    this.#known.retain((i) => !leaving.has(i))
    this.#knownCells.recount(this.#known)
    for (const one of released) this.#enterChanged(one)
    odd.retain((i) => !change.concerns(odd.records.routes[i] as string))
    this.#shift.reset()
    this.#changes = this.#changes.filter((other) => other !== change)
  }

  /** The changed records of a route join, and its profile is made anew from what the baseline then knows of it. */
  #enterChanged({ route, entering }: RouteChange): void {
    const known = this.#known
    const odd = this.#odd.records
    const profile = this.#profiles.findOrCreate(route)
    for (const from of entering) this.#replace(this.#freePlace(), odd, from, profile)
    profile.forget(() => true)
    for (let i = 0; i < known.size; i++) {
      if (known.routes[i] === route) profile.add(known.values, i * known.nFeatures)
    }
  }
}
