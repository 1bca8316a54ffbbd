import type { KnownHabit } from '../habits/known-habit.js'
import type { Band } from '../judgement.js'

/** What the alerts have learnt, as far as an operator's words reach it. Null for the route means all of them. @internal */
export interface AlertMemories {
  /** Takes out what was learnt of a band of values. */
  forget(route: string | null, band: Band): void
  /** Forgets what was learnt. */
  reset(route: string | null): void
  /** A change for good is expected: what lasts is taken for usual after a fifth of the records. */
  expectChange(route: string | null): void
  /** What comes back by the hour, the day or the week, and was expected so far. */
  habits(): KnownHabit[]
  /** What came back is told of again. False where no habit has the id. */
  endHabit(id: string): boolean
}

/** Where nothing is learnt. @internal */
export const NO_MEMORIES: AlertMemories = {
  forget() {},
  reset() {},
  expectChange() {},
  habits: () => [],
  endHabit: () => false,
}
