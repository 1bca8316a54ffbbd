import { PartedList } from '../../../state/parted-list.js'
import { StateError } from '../../../state/section.js'
import { type Checks, hasShape, is, orLeftOut } from '../../../state/shape.js'
import { PROFILE_ROWS, type ProfileState } from './route-profile.js'

/** Whether profiles can be gone through here, as a list or in parts. Each is checked when it is come to. */
export function areProfiles(value: unknown): value is Iterable<unknown> {
  return Array.isArray(value) || value instanceof PartedList
}

/** A check of captured profiles of so many features; it throws a StateError for what is none. */
export function profileCheck(nFeatures: number): (value: unknown) => ProfileState {
  const checks: Checks<ProfileState> = {
    name: is.text,
    established: is.flag,
    uses: orLeftOut(is.count),
    size: (size) => is.count(size) && Number(size) <= PROFILE_ROWS,
    next: (next) => is.count(next) && Number(next) < PROFILE_ROWS,
    stale: is.flag,
    median: is.numbers(nFeatures),
    center: is.numbers(nFeatures),
    spread: is.amounts(nFeatures),
    values: is.numbers(),
    columns: (columns) => Array.isArray(columns) && (columns.length === 0 || is.columns(nFeatures)(columns)),
    perUnit: orLeftOut(is.numbers(nFeatures)),
    constancy: orLeftOut(is.numbers(3 * nFeatures)),
  }
  return (value) => {
    if (typeof value !== 'object' || value === null || !hasShape(value, checks))
      throw new StateError('a profile of its baseline has another form')
    if (!isWhole(value, nFeatures)) throw new StateError('a profile of its baseline does not fit itself')
    return value
  }
}

function isWhole(state: ProfileState, nFeatures: number): boolean {
  const { size, next, established, values, spread, columns } = state
  return (
    values.length === nFeatures * size &&
    (size === PROFILE_ROWS || next === size) &&
    (columns[0]?.length ?? 0) <= PROFILE_ROWS &&
    (!established || (columns.length === nFeatures && spread.every((each) => each > 0)))
  )
}
