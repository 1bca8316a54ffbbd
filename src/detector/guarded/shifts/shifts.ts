import type { CellGrid } from '../admission/cell-grid.js'
import type { KnownRecords } from '../admission/known-records.js'
import type { OddRecords } from '../admission/odd-records.js'
import type { Frame } from '../frame/frame.js'
import type { GuardedState } from '../guarded-state.js'
import type { RandomStream } from '../random-stream.js'
import type { RouteProfiles } from '../routes/route-profiles.js'
import { AnnouncedChange } from './announced-change.js'
import { releaseOf } from './change-release.js'
import { ShiftEvidence } from './shift-evidence.js'
import { asVaried, drawShifted, everyIndex } from './shift-release.js'

/** Changes that are expected at a time; the oldest goes. */
const MAX_CHANGES = 32

/** What a shift moves from one side to the other. */
export interface ShiftedRecords {
  readonly known: KnownRecords
  readonly odd: OddRecords
  readonly profiles: RouteProfiles
  readonly random: RandomStream
  /** ms, for how long a shift has gone on; null where records alone count. */
  readonly clock: (() => number) | null
}

/** Watches for shifts that last, announced or not, and lets the odd records that they brought into the baseline. */
export class Shifts {
  readonly #records: ShiftedRecords
  readonly #window: number
  readonly #evidence: ShiftEvidence
  #changes: AnnouncedChange[] = []

  constructor(records: ShiftedRecords) {
    this.#records = records
    this.#window = records.known.records.capacity
    this.#evidence = new ShiftEvidence(this.#window, records.clock)
  }

  /** One record has come; as `ShiftEvidence.observe` has it. */
  observe(route: string, odd: boolean, crowded: boolean, share: number): void {
    this.#evidence.observe(odd, crowded, share)
    if (this.#changes.length === 0) return
    for (const change of this.#changes) change.observe(route, odd, crowded, share)
    if (this.#changes.some((change) => change.over))
      this.#changes = this.#changes.filter((change) => !change.over)
  }

  /**
   * A change is announced. What came before is no evidence of it, and not what should come in with it.
   * @param route that it is expected on; null for any
   */
  announce(route: string | null): void {
    const { odd } = this.#records
    const change = new AnnouncedChange(route, this.#window)
    odd.retain((i) => !change.concerns(odd.records.routes[i] as string))
    this.forgetEvidence()
    const others = this.#changes.filter((other) => other.route !== route)
    this.#changes = [...others, change].slice(-MAX_CHANGES)
  }

  /** Lets in what there is evidence enough for. */
  release(grid: CellGrid, frame: Frame, share: number): void {
    const { known, odd, profiles, random } = this.#records
    const { records } = known
    const shift = this.#evidence.verdict(() =>
      asVaried(odd.records, odd.newest(this.#window >> 1), records, everyIndex(records), frame),
    )
    if (shift === null) {
      for (const change of this.#changes) this.#releaseChange(change, grid, frame, share)
      return
    }
    for (const { from, to } of drawShifted(shift, odd, records, grid, random)) {
      known.replace(to, odd.records, from, profiles.admit(odd.records.routes[from] as string))
    }
    odd.clear()
    this.reset()
  }

  /** As before the first record; announced changes are no longer expected. */
  reset(): void {
    this.forgetEvidence()
    this.#changes = []
  }

  forgetEvidence(): void {
    this.#evidence.reset()
  }

  capture(): Pick<GuardedState, 'shift' | 'shiftSinceMs' | 'changes'> {
    const { sinceMs } = this.#evidence
    return {
      shift: this.#evidence.capture(),
      ...(Number.isFinite(sinceMs) && { shiftSinceMs: sinceMs }),
      changes: this.#changes.map((change) => change.capture()),
    }
  }

  restore({
    shift,
    shiftSinceMs,
    changes = [],
  }: Pick<GuardedState, 'shift' | 'shiftSinceMs' | 'changes'>): void {
    this.#evidence.restore(shift, shiftSinceMs)
    this.#changes = changes.map((change) => AnnouncedChange.restored(change, this.#window))
  }

  #releaseChange(change: AnnouncedChange, grid: CellGrid, scale: Frame, share: number): void {
    const { known, odd, profiles, random } = this.#records
    const released = releaseOf(change, { odd, baseline: known.records, grid, scale, share, random })
    if (released === null) return
    const leaving = new Set(released.flatMap((one) => one.leaving))
    known.retain((i) => !leaving.has(i))
    for (const { route, entering } of released) {
      const profile = profiles.admit(route)
      for (const from of entering) known.enter(odd.records, from, profile)
      // What the route was before is not usual any more: only what the baseline holds of it counts.
      known.remakeProfile(route, true)
      const general = profiles.generalOf(route)
      if (general !== route) known.remakeProfile(general, true)
    }
    odd.retain((i) => !change.concerns(odd.records.routes[i] as string))
    this.forgetEvidence()
    this.#changes = this.#changes.filter((other) => other !== change)
  }
}
