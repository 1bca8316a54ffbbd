import { PartedList } from '../state/parted-list.js'

/** A captured part that cannot be taken over. The message completes "the alerts' state cannot be used: …". */
export class AlertsStateError extends Error {
  override readonly name = 'AlertsStateError'
  readonly code = 'SENTINEL_BAD_STATE'
}

/** Plain data: what a part of the alerts is captured as. Numbers are finite. */
export type Captured =
  | null
  | boolean
  | number
  | string
  | Float32Array
  | Float64Array
  | readonly Captured[]
  | { readonly [name: string]: Captured }

/** The named member of a captured object. */
export function memberOf(captured: Captured, name: string): Captured {
  if (
    captured === null ||
    typeof captured !== 'object' ||
    ArrayBuffer.isView(captured) ||
    Array.isArray(captured)
  )
    throw new AlertsStateError(`where ${name} should be there is no object`)
  const members = captured as { readonly [name: string]: Captured }
  if (!Object.hasOwn(members, name)) throw new AlertsStateError(`${name} is missing`)
  return members[name] as Captured
}

/** The named member as so many finite numbers; any length when none is given. */
export function numbersOf(captured: Captured, name: string, length?: number): Float64Array {
  const value = memberOf(captured, name)
  if (!(value instanceof Float64Array) || (length !== undefined && value.length !== length))
    throw new AlertsStateError(`${name} is not ${length ?? ''} numbers`)
  if (!value.every(Number.isFinite)) throw new AlertsStateError(`${name} holds a number that is not finite`)
  return value
}

/** The named member as a list. */
export function listOf(captured: Captured, name: string): readonly Captured[] {
  const value = memberOf(captured, name)
  if (!Array.isArray(value)) throw new AlertsStateError(`${name} is not a list`)
  return value as readonly Captured[]
}

/** The named member as items to be gone through, of a list or of one that stands in parts. */
export function itemsOf(captured: Captured, name: string): Iterable<Captured> {
  const value: unknown = memberOf(captured, name)
  return value instanceof PartedList ? value : listOf(captured, name)
}

/** The named member as text. */
export function textOf(captured: Captured, name: string): string {
  const value = memberOf(captured, name)
  if (typeof value !== 'string') throw new AlertsStateError(`${name} is not text`)
  return value
}
