import { settled } from '../state/late.js'
import { captureAll, restoreAll, restoringAll, StateError, type StateSection } from '../state/section.js'
import type { Steps } from '../state/steps.js'
import { checkDetectorState, type DetectorState } from './detector-state.js'

/**
 * A detector's sections, and the way back to how they were before anything was learnt. A state can be whole and still be
 * one that no record can be judged by: then judging begins afresh, and no record fails.
 */
export class FreshStart {
  #sections: readonly StateSection[]
  readonly #fresh: DetectorState
  readonly #onLost: ((error: Error) => void) | undefined
  #restored = false

  /**
   * @param sections of a detector that has learnt nothing yet
   * @param onLost told when what was restored is given up
   */
  constructor(sections: readonly StateSection[], onLost?: (error: Error) => void) {
    this.#sections = sections
    this.#fresh = settled(captureAll(sections))
    this.#onLost = onLost
  }

  /** Whether what was restored is in use: then what fails is that state's fault. */
  get restored(): boolean {
    return this.#restored
  }

  /** What is judged by has changed places with that of another detector. */
  moved(sections: readonly StateSection[], restored: boolean): void {
    this.#sections = sections
    this.#restored = restored
  }

  /** All sections, with what takes long in them captured late. */
  capture(): DetectorState {
    return captureAll(this.#sections)
  }

  /**
   * Takes over a state in steps.
   * @param features identities of those that the detector looks at
   * @throws StateError when it does not fit, and then nothing is learnt
   */
  *restoring(state: DetectorState, features: readonly string[]): Steps {
    checkDetectorState(state, features)
    try {
      yield* restoringAll(this.#sections, state)
    } catch (error) {
      restoreAll(this.#sections, this.#fresh)
      throw error instanceof StateError ? error : new StateError((error as Error).message)
    }
    this.#restored = true
  }

  /**
   * Forgets a state that cannot be used.
   * @throws the error where it is not a state that is to blame
   */
  giveUp(error: Error): void {
    if (!this.#restored) throw error
    this.#restored = false
    restoreAll(this.#sections, this.#fresh)
    this.#onLost?.(error)
  }
}
