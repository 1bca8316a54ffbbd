import type { Arena } from '../../forest/arena.js'
import type { StateSection, StateValue } from '../../state/section.js'
import { StateError } from '../../state/section.js'
import type { Learner, Placement, Rating } from '../baseline/baseline.js'
import type { History } from '../baseline/history.js'
import { captureForest, type FittedOptions, type ForestState, restoreForest } from '../model/forest-state.js'
import { Model } from '../model/model.js'
import type { ResolvedDetectorOptions } from '../options.js'
import { RefitSchedule } from './refit-schedule.js'
import { Trainer } from './trainer.js'

export interface LearningParts {
  readonly arena: Arena
  readonly learner: Learner
  /** Counts the records seen; the detector fills it. */
  readonly history: History
  readonly options: ResolvedDetectorOptions
}

/** Keeps the forest up to date with what was learnt: when to fit, on which rows, and into which slot. */
export class Learning {
  readonly #arena: Arena
  readonly #learner: Learner
  readonly #history: History
  readonly #options: ResolvedDetectorOptions
  readonly #trainer: Trainer
  readonly #schedule: RefitSchedule
  #model: Model | null = null
  /** Records since a fit was last asked for. */
  sinceRequest = 0

  constructor({ arena, learner, history, options }: LearningParts) {
    this.#arena = arena
    this.#learner = learner
    this.#history = history
    this.#options = options
    this.#trainer = new Trainer(arena, { ...options.trainer, onFault: options.onTrainerFault })
    this.#schedule = new RefitSchedule(options.trainDuty, () => this.#fit())
  }

  /** The forest in use; null before the first. */
  get model(): Model | null {
    return this.#model
  }

  /** Who fits. */
  get trainer(): 'worker' | 'inline' {
    return this.#trainer.kind
  }

  /** Records still needed before the first fit. */
  get samplesNeeded(): number {
    return this.#model === null ? Math.max(0, this.#options.minSamples - this.#history.size) : 0
  }

  /** Takes in a record that was judged and counted, or not, and asks for a fit when one is due. */
  learn(placement: Placement, rating: Rating | null): void {
    this.#learner.admit(placement, rating)
    this.sinceRequest += 1
    const { minSamples, retrainEvery } = this.#options
    const { size } = this.#history
    if (this.#model === null && size === minSamples >> 1) this.#trainer.prepare()
    const first = this.#model === null && size === minSamples
    if (first || (size > minSamples && this.sinceRequest >= retrainEvery)) {
      this.sinceRequest = 0
      this.#schedule.request()
    }
  }

  /** To be called after a restore: without a forest that could be taken over one is fitted on what was restored. */
  resume(): void {
    if (this.#model === null && this.#history.size >= this.#options.minSamples) this.#schedule.request()
  }

  /** Resolves when no fit runs or is due. */
  settled(): Promise<void> {
    return this.#schedule.settled()
  }

  /** Ends training; a fit in flight is given up, the forest in use goes on answering. */
  async close(): Promise<void> {
    this.#schedule.close()
    await this.#trainer.close()
  }

  /** What was learnt. The first section refuses a state of another baseline before anything is taken over. */
  sections(): StateSection[] {
    return [
      section<string>({
        name: 'learning',
        capture: () => this.#learner.kind,
        restore: (kind) => {
          if (kind !== this.#learner.kind) throw new StateError(`it was learnt by the ${kind} baseline`)
        },
      }),
      section<ForestState | null>({
        name: 'forest',
        capture: () =>
          this.#model &&
          captureForest(this.#arena, this.#model.slot, this.#model.generation, this.#fittedOptions()),
        restore: (state) => {
          if (state === null || !restoreForest(this.#arena, 0, state, this.#fittedOptions())) return
          this.#model = new Model(this.#arena, 0, state.generation, this.#options.features)
        },
      }),
      section<StateValue>({
        name: 'baseline',
        capture: () => this.#learner.capture(),
        restore: (state) => this.#learner.restore(state, this.#model),
      }),
    ]
  }

  #fittedOptions(): FittedOptions {
    const { features, nTrees, subsampleSize, seed, contamination } = this.#options
    return { nFeatures: features.length, nTrees, subsampleSize, seed, contamination }
  }

  async #fit(): Promise<number> {
    const slot = this.#model?.slot === 0 ? 1 : 0
    const generation = this.#model?.generation ?? 0
    const nRows = this.#learner.copyToTraining()
    const { nTrees, seed, contamination, features, onFit } = this.#options
    const { base } = this.#arena
    const startedMs = performance.now()
    let durationMs: number
    try {
      durationMs = await this.#trainer.fit({ base, slot, nRows, nTrees, seed, contamination })
    } catch (error) {
      durationMs = performance.now() - startedMs
      onFit?.({ outcome: 'failed', durationMs, generation, nRows, error: error as Error })
      throw error
    }
    const model = new Model(this.#arena, slot, generation + 1, features)
    this.#learner.adopt(model)
    this.#model = model
    onFit?.({ outcome: 'ok', durationMs, generation: model.generation, nRows })
    return durationMs
  }
}

function section<Value extends StateValue>(one: StateSection<Value>): StateSection {
  return one as unknown as StateSection
}
