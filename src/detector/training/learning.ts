import { StateError, type StateSection, type StateValue } from '../../state/section.js'
import type { Forgotten, Learner, Placement, Rating, RecordMatch, Treatment } from '../baseline/baseline.js'
import type { History } from '../baseline/history.js'
import { LearningError } from '../learning-error.js'
import type { Model } from '../model/model.js'
import type { ResolvedDetectorOptions } from '../options.js'
import { Fitter } from './fitter.js'
import type { Ground } from './ground.js'

export interface LearningParts {
  readonly ground: Ground
  readonly learner: Learner
  /** The records seen, but for those that were kept out of what is learnt. */
  readonly history: History
  readonly options: ResolvedDetectorOptions
}

/** Decides what is learnt of each record, and when that asks for another forest. */
export class Learning {
  readonly #learner: Learner
  readonly #history: History
  readonly #minSamples: number
  readonly #retrainEvery: number
  readonly #fitter: Fitter
  /** While it is true records are judged, and nothing is learnt. */
  paused = false
  /** Records since a fit was last asked for. */
  sinceRequest = 0

  constructor({ ground, learner, history, options }: LearningParts) {
    this.#learner = learner
    this.#history = history
    this.#minSamples = options.minSamples
    this.#retrainEvery = options.retrainEvery
    this.#fitter = new Fitter(ground, learner, options)
  }

  /** The forest in use; null before the first. */
  get model(): Model | null {
    return this.#fitter.model
  }

  /** What verdicts name the forest in use by, where others know it, too. */
  nameModels(name: string | undefined): void {
    this.#fitter.nameModels(name)
  }

  /** Milliseconds since the fit that runs was begun; 0 while none does. */
  get fittingMs(): number {
    return this.#fitter.fittingMs
  }

  /** Whether what is learnt is known by route. */
  get keepsRoutes(): boolean {
    return this.#learner.kind !== 'window'
  }

  /** Names of profiles by route, where that has several. */
  ownNames(): ReadonlyMap<string, readonly string[]> {
    return this.#learner.ownNames()
  }

  /** Who fits. */
  get trainer(): 'worker' | 'inline' {
    return this.#fitter.kind
  }

  /** Records still needed before the first fit. */
  get samplesNeeded(): number {
    return this.model === null ? Math.max(0, this.#minSamples - this.#history.size) : 0
  }

  /** Takes in a record that was judged, or not, and asks for a fit when one is due. */
  learn(placement: Placement, rating: Rating | null, treatment: Treatment): void {
    if (this.paused || treatment === 'never') return
    const expected = treatment === 'expected' && rating?.odd === true
    this.#history.push(placement.values)
    this.#learner.admit(placement, expected ? { score: rating.score, odd: false } : rating)
    this.sinceRequest += 1
    const { size } = this.#history
    if (this.model === null && size === this.#minSamples >> 1) this.#fitter.prepare()
    const first = this.model === null && size === this.#minSamples
    if (first || (size > this.#minSamples && this.sinceRequest >= this.#retrainEvery)) {
      this.sinceRequest = 0
      if (first) this.#fitter.requestFirst()
      else this.#fitter.request()
    }
  }

  /** Takes out the records that match, and has a forest grown from what is left. */
  forget(matches: RecordMatch): Forgotten {
    const gone = this.#learner.forget(matches)
    if (gone.baseline + gone.profiles > 0) this.#goOnWithLess()
    return gone
  }

  /** As before the first record. */
  reset(): void {
    this.#fitter.drop()
    this.#learner.reset()
    this.#history.keep(0)
    this.sinceRequest = 0
  }

  /**
   * Takes out what is known of a route.
   * @throws LearningError in the plain window
   */
  resetRoute(route: string): Forgotten {
    this.checkRoutes('reset')
    return this.forget((name) => name === route)
  }

  /**
   * Believes evidence of a change sooner.
   * @param route that it is expected on; null for any
   * @throws LearningError in the plain window
   */
  expectChange(route: string | null): void {
    this.checkRoutes('changed')
    this.#learner.expectChange(route)
    this.#fitter.hasten()
  }

  /**
   * Refuses what there would be nothing to do about.
   * @throws LearningError in the plain window
   */
  checkRoutes(word: 'reset' | 'changed'): void {
    if (this.keepsRoutes) return
    throw new LearningError(
      word === 'reset'
        ? 'the plain window keeps no routes: it can be reset as a whole only'
        : 'the plain window learns every record as it comes: no change has to be announced',
    )
  }

  /** To be called after a restore: without a forest that could be taken over one is fitted on what was restored. */
  resume(): void {
    if (this.model === null && this.#history.size >= this.#minSamples) this.#fitter.request()
  }

  /** Resolves when no fit runs or is due. */
  settled(): Promise<void> {
    return this.#fitter.settled()
  }

  /** Ends training; a fit in flight is given up, the forest in use goes on answering. */
  close(): Promise<void> {
    return this.#fitter.close()
  }

  /** What was learnt. The first section refuses a state of another baseline. */
  sections(): StateSection[] {
    return [
      section<string>({
        name: 'learning',
        capture: () => this.#learner.kind,
        restore: (kind) => {
          if (kind !== this.#learner.kind) throw new StateError(`it was learnt by the ${kind} baseline`)
        },
      }),
      this.#fitter.section(),
      section<StateValue>({
        name: 'baseline',
        capture: () => this.#learner.capture(),
        restore: (state) => this.#learner.restore(state, this.model),
        restoring: (state) => this.#learner.restoring(state, this.model),
      }),
    ]
  }

  /** What is left is fitted at once; where it is less than a first fit needs, the static rules decide until then. */
  #goOnWithLess(): void {
    const { size } = this.#learner
    if (size >= this.#minSamples) {
      this.#fitter.hasten()
      this.#fitter.request()
      return
    }
    this.#fitter.drop()
    this.#history.keep(size)
  }
}

function section<Value extends StateValue>(one: StateSection<Value>): StateSection {
  return one as unknown as StateSection
}
