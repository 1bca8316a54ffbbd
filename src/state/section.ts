import { finish, type Steps } from './steps.js'

/** What a state is made of: plain data, and numbers in bulk as typed arrays. Numbers are finite. */
export type StateValue =
  | null
  | boolean
  | number
  | string
  | StateArray
  | readonly StateValue[]
  | { readonly [name: string]: StateValue }

export type StateArray = Uint8Array | Uint32Array | Float32Array | Float64Array

/**
 * A part of the service with something to lose. Whoever owns one registers it, and the state holds it under its
 * name; a section that the file does not have starts afresh.
 */
export interface StateSection<Value extends StateValue = StateValue> {
  readonly name: string
  /** What it holds now, never changed afterwards. What takes long to capture may stand in it as late, see `late.ts`. */
  capture(): Value
  /**
   * Takes over what an earlier process captured.
   * @throws StateError when that does not fit, before anything is taken over
   */
  restore(value: Value): void
  /** The same in steps, where it takes long. */
  restoring?(value: Value): Steps
}

/** A state that cannot be used. The message completes "the state cannot be used: …". @internal */
export class StateError extends Error {
  override readonly name = 'StateError'
  readonly code = 'SENTINEL_BAD_STATE'
}

/** Every section's value by its name, with late parts in it. @internal */
export function captureAll(sections: readonly StateSection[]): Record<string, StateValue> {
  return Object.fromEntries(sections.map((section) => [section.name, section.capture()]))
}

/** Hands each section its value, in the order of registration. @internal */
export function restoreAll(sections: readonly StateSection[], state: StateValue): void {
  finish(restoringAll(sections, state))
}

/** The same in steps. @internal */
export function* restoringAll(sections: readonly StateSection[], state: StateValue): Steps {
  if (state === null || typeof state !== 'object') throw new StateError('it holds no sections')
  const values = state as { readonly [name: string]: StateValue }
  for (const section of sections) {
    if (!Object.hasOwn(values, section.name)) continue
    const value = values[section.name] as StateValue
    if (section.restoring === undefined) section.restore(value)
    else yield* section.restoring(value)
    yield
  }
}
