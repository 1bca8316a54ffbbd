import { StateError } from '../../state/section.js'
import { type Checks, hasShape, is, orLeftOut } from '../../state/shape.js'
import type { GridState } from './admission/cell-grid.js'
import { DISTINCT_WORDS } from './frame/distinct-count.js'
import type { FrameState } from './frame/frame.js'
import type { RecordState } from './record-store.js'
import { areProfiles } from './routes/profile-state.js'
import type { ProfileState } from './routes/route-profile.js'
import type { NewcomerState } from './routes/route-profiles.js'
import { MOST_LEVELS, type TreeState } from './routes/route-tree.js'
import type { ChangeState } from './shifts/announced-change.js'

/** A captured baseline. Cells, counts and calibration follow from the rest and the forest. */
export type GuardedState = {
  readonly known: RecordState
  readonly odd: RecordState
  readonly nextOdd: number
  readonly profiles: readonly ProfileState[]
  readonly random: number
  readonly shift: Float64Array
  /** When the longest of its sums was last zero, ms. A state of before does not say, nor does one of records alone. */
  readonly shiftSinceMs?: number
  /** When the last record came, ms. A state of before does not say. */
  readonly lastMs?: number
  readonly tokens: Float64Array
  readonly frame: FrameState | null
  readonly grid: GridState | null
  /** A state of before lacks these. */
  readonly changes?: readonly ChangeState[]
  readonly newcomers?: NewcomerState
}

const SUMS = 7
const OCTAVES = 32
const CHANGES_MOST = 32
const LARGEST_UINT32 = 2 ** 32 - 1

const tree: Checks<TreeState> = {
  segments: is.texts,
  depths: (depths) => depths instanceof Uint32Array,
  collapsed: (collapsed) => collapsed instanceof Uint8Array,
  seen: (seen) => seen instanceof Uint32Array,
}

const newcomers: Checks<NewcomerState> = {
  sightings: (sightings) => sightings instanceof Uint8Array,
  uses: is.count,
  tree: is.shaped(tree),
}

const record: Checks<RecordState> = {
  values: is.numbers(),
  cells: (cells) => cells instanceof Uint32Array,
  routes: is.texts,
}

const grid: Checks<GridState> = {
  quota: (quota) => is.share(quota) && Number(quota) > 0,
  perSpread: (perSpread) => is.number(perSpread) && Number(perSpread) > 0,
}

const change: Checks<ChangeState> = {
  route: is.orNull(is.text),
  left: is.number,
  total: is.count,
  sums: is.amounts(SUMS),
  routes: is.texts,
  seen: (seen) => seen instanceof Uint32Array,
}

function frame(nFeatures: number): Checks<FrameState> {
  return {
    median: is.numbers(nFeatures),
    center: is.numbers(nFeatures),
    spread: is.positives(nFeatures),
    within: is.positives(nFeatures),
    middle: is.numbers(nFeatures),
    halfRange: is.positives(nFeatures),
    columns: is.columns(nFeatures),
    perUnit: orLeftOut(is.numbers(nFeatures)),
    novelty: orLeftOut(is.amounts(nFeatures)),
    noveltyOfAll: orLeftOut(is.amounts(nFeatures)),
  }
}

/**
 * Checks a captured baseline: what it is made of, and that its parts fit each other. The profiles are left to whoever
 * takes them over, one by one.
 * @throws StateError for what is none
 */
export function checkGuardedState(value: unknown, nFeatures: number): asserts value is GuardedState {
  const checks: Checks<GuardedState> = {
    known: is.shaped(record),
    odd: is.shaped(record),
    nextOdd: is.count,
    profiles: areProfiles,
    random: (state) => is.count(state) && Number(state) <= LARGEST_UINT32,
    shift: is.amounts(SUMS),
    shiftSinceMs: orLeftOut(is.number),
    lastMs: orLeftOut(is.number),
    tokens: is.amounts(OCTAVES),
    frame: is.orNull(is.shaped(frame(nFeatures))),
    grid: is.orNull(is.shaped(grid)),
    newcomers: orLeftOut(is.shaped(newcomers)),
    // A state of before changes were announced has none.
    changes: (changes) =>
      changes === undefined ||
      (is.listOf(is.shaped(change))(changes) && (changes as unknown[]).length <= CHANGES_MOST),
  }
  if (!hasShape(value, checks)) throw new StateError('its baseline has another form')
  const fits =
    isWhole(value.known, nFeatures) &&
    isWhole(value.odd, nFeatures) &&
    value.nextOdd <= value.odd.cells.length &&
    (value.frame === null) === (value.grid === null) &&
    (value.changes ?? []).every(({ routes, seen }) => routes.length === seen.length) &&
    (value.newcomers === undefined || isWholeTree(value.newcomers.tree))
  if (!fits) throw new StateError('the parts of its baseline do not fit each other')
}

function isWhole({ values, cells, routes }: RecordState, nFeatures: number): boolean {
  return values.length === nFeatures * cells.length && routes.length === cells.length
}

function isWholeTree({ segments, depths, collapsed, seen }: TreeState): boolean {
  const levels = collapsed.reduce((sum, one) => sum + (one === 1 ? 1 : 0), 0)
  return (
    depths.length === segments.length &&
    collapsed.length === segments.length &&
    seen.length === levels * DISTINCT_WORDS &&
    segments.length <= MOST_LEVELS + 1 &&
    depths.every((depth, i) => (i === 0 ? depth === 0 : depth > 0 && depth <= (depths[i - 1] as number) + 1))
  )
}
