import type { PatternsState } from './pattern.js'
import type { Mute, NeverLearnt } from './pattern-schemas.js'

/** What of an operator's words survives a restart. @internal */
export interface OperatorState {
  /** When it was captured, by the clock that people read, as all times in it; older states do not say. */
  readonly at?: number
  readonly pausedUntil: number | null
  readonly mutes: PatternsState<Mute>
  readonly neverLearnt: PatternsState<NeverLearnt>
}
