import type { Arena } from '../../forest/arena.js'
import { type FitOrder, fitSlot } from '../../forest/fit.js'
import { nextTurn } from '../../runtime/timers.js'
import type { LateValue } from '../../state/late.js'
import type { StateSection, StateValue } from '../../state/section.js'
import { StateError } from '../../state/section.js'
import type { Forgotten, Learner, Placement, Rating, RecordMatch, Treatment } from '../baseline/baseline.js'
import type { History } from '../baseline/history.js'
import { LearningError } from '../learning-error.js'
import {
  type CapturedForest,
  captureForest,
  type FittedOptions,
  type ForestState,
  restoreForest,
} from '../model/forest-state.js'
import { Model } from '../model/model.js'
import type { ResolvedDetectorOptions } from '../options.js'
import { RefitSchedule } from './refit-schedule.js'
import { Trainer } from './trainer.js'

/**
 * Rows of all trees, of which a fit on the caller's thread holds it up for some 2 ms on a core of a small server. A first
 * fit of no more is made at its record: until there is a forest the static rules decide, and under fast traffic hundreds
 * of records come by before a thread has started and answered.
 */
const FIRST_AT_ONCE_MOST = 25_600

export interface LearningParts {
  readonly arena: Arena
  readonly learner: Learner
  /** The records seen, but for those that were kept out of what is learnt. */
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
  /** The forest that was captured last, perhaps not all of it yet. */
  #captured: CapturedForest | null = null
  /** Generation given last: a number never stands for two forests. */
  #generation = 0
  /** Counts up when the rows of a fit that runs must not be used any more. */
  #epoch = 0
  #modelName: string | undefined
  #fitStartedMs: number | null = null
  /** While it is true records are judged, and nothing is learnt. */
  paused = false
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

  /** What verdicts name the forest in use by, where others know it, too. */
  set modelName(name: string | undefined) {
    this.#modelName = name
    if (this.#model !== null) this.#model.name = name
  }

  /** Milliseconds since the fit that runs was begun; 0 while none does. */
  get fittingMs(): number {
    return this.#fitStartedMs === null ? 0 : performance.now() - this.#fitStartedMs
  }

  /** Whether what is learnt is known by route. */
  get keepsRoutes(): boolean {
    return this.#learner.kind !== 'window'
  }

  /** Who fits. */
  get trainer(): 'worker' | 'inline' {
    return this.#options.fit === 'sync' ? 'inline' : this.#trainer.kind
  }

  /** Records still needed before the first fit. */
  get samplesNeeded(): number {
    return this.#model === null ? Math.max(0, this.#options.minSamples - this.#history.size) : 0
  }

  /** Takes in a record that was judged, or not, and asks for a fit when one is due. */
  learn(placement: Placement, rating: Rating | null, treatment: Treatment): void {
    if (this.paused || treatment === 'never') return
    const expected = treatment === 'expected' && rating?.odd === true
    this.#history.push(placement.values)
    this.#learner.admit(placement, expected ? { score: rating.score, odd: false } : rating)
    this.sinceRequest += 1
    const { minSamples, retrainEvery } = this.#options
    const { size } = this.#history
    if (this.#model === null && size === minSamples >> 1 && !this.#atOnce) this.#trainer.prepare()
    const first = this.#model === null && size === minSamples
    if (first || (size > minSamples && this.sinceRequest >= retrainEvery)) {
      this.sinceRequest = 0
      if (first && this.#isSmall) this.#fitNow()
      else this.#request()
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
    this.#dropModel()
    this.#learner.reset()
    this.#history.keep(0)
    this.sinceRequest = 0
  }

  /**
   * Takes out what is known of a route.
   * @throws LearningError in the plain window
   */
  resetRoute(route: string): Forgotten {
    if (!this.keepsRoutes)
      throw new LearningError('the plain window keeps no routes: it can be reset as a whole only')
    return this.forget((name) => name === route)
  }

  /**
   * Believes evidence of a change sooner.
   * @param route that it is expected on; null for any
   * @throws LearningError in the plain window
   */
  expectChange(route: string | null): void {
    if (this.#learner.kind === 'window')
      throw new LearningError(
        'the plain window learns every record as it comes: no change has to be announced',
      )
    this.#learner.expectChange(route)
  }

  /** To be called after a restore: without a forest that could be taken over one is fitted on what was restored. */
  resume(): void {
    if (this.#model === null && this.#history.size >= this.#options.minSamples) this.#request()
  }

  /** Resolves when no fit runs or is due. */
  settled(): Promise<void> {
    return this.#schedule.settled()
  }

  /** Ends training; a fit in flight is given up, the forest in use goes on answering. */
  async close(): Promise<void> {
    // What is given up has not failed.
    this.#epoch += 1
    this.#schedule.close()
    await this.#trainer.close()
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
      section<ForestState | null>({
        name: 'forest',
        capture: () => this.#captureForest(),
        restore: (state) => {
          // What is being captured of the slot that is filled now.
          if (this.#captured?.slot === 0) this.#captured.bytes.finish()
          if (state === null || !restoreForest(this.#arena, 0, state, this.#fittedOptions())) {
            this.#dropModel()
            return
          }
          this.#generation = state.generation
          this.#model = new Model(this.#arena, 0, state.generation, this.#options.telemetry.features)
          this.#model.name = this.#modelName
        },
      }),
      section<StateValue>({
        name: 'baseline',
        capture: () => this.#learner.capture(),
        restore: (state) => this.#learner.restore(state, this.#model),
        restoring: (state) => this.#learner.restoring(state, this.#model),
      }),
    ]
  }

  #captureForest(): ForestState | null {
    if (this.#model === null) return null
    const { slot, generation } = this.#model
    this.#captured = captureForest(this.#arena, slot, generation, this.#fittedOptions())
    return this.#captured.state
  }

  /** What is left is fitted at once; where it is less than a first fit needs, the static rules decide until then. */
  #goOnWithLess(): void {
    const { size } = this.#learner
    if (size >= this.#options.minSamples) {
      this.#request()
      return
    }
    this.#dropModel()
    this.#history.keep(size)
  }

  #dropModel(): void {
    this.#epoch += 1
    this.#schedule.cancel()
    this.#model = null
    this.#learner.unfit()
  }

  #fittedOptions(): FittedOptions {
    const { telemetry, nTrees, subsampleSize, seed, contamination } = this.#options
    return { nFeatures: telemetry.features.length, nTrees, subsampleSize, seed, contamination }
  }

  /** Whether a fit of the first records is done before anybody waits for it. */
  get #isSmall(): boolean {
    const { nTrees, subsampleSize, minSamples } = this.#options
    return nTrees * Math.min(subsampleSize, minSamples) <= FIRST_AT_ONCE_MOST
  }

  get #atOnce(): boolean {
    return this.#options.fit === 'sync'
  }

  #request(): void {
    if (this.#atOnce) this.#fitNow()
    else this.#schedule.request()
  }

  /** At the record that made it due. */
  #fitNow(): void {
    this.#late?.finish()
    const order = this.#order()
    const startedMs = performance.now()
    try {
      const { wasm } = this.#arena
      fitSlot(wasm, order)
      wasm.summarize(order.base, order.slot)
    } catch (error) {
      this.#tellFailure(order, performance.now() - startedMs, error)
      return
    }
    this.#adopt(order, performance.now() - startedMs)
  }

  async #fit(): Promise<number> {
    // The fit waits until the slot may be written over; no request does.
    for (let late = this.#late; late !== null; late = this.#late) {
      late.advance()
      await nextTurn()
    }
    const epoch = this.#epoch
    const order = this.#order()
    const startedMs = performance.now()
    this.#fitStartedMs = startedMs
    let durationMs: number
    try {
      durationMs = await this.#trainer.fit(order)
      this.#fitStartedMs = null
    } catch (error) {
      this.#fitStartedMs = null
      durationMs = performance.now() - startedMs
      if (epoch !== this.#epoch) return durationMs
      this.#tellFailure(order, durationMs, error)
      throw error
    }
    if (epoch === this.#epoch) this.#adopt(order, durationMs)
    return durationMs
  }

  /** The slot that nobody judges by. */
  get #nextSlot(): number {
    return this.#model?.slot === 0 ? 1 : 0
  }

  /** What is still being captured of the forest that the next one takes the place of; null where nothing is. */
  get #late(): LateValue | null {
    const captured = this.#captured
    return captured === null || captured.bytes.done || captured.slot !== this.#nextSlot
      ? null
      : captured.bytes
  }

  /** A fit of what is learnt now, into the slot that nobody judges by. */
  #order(): FitOrder {
    const { nTrees, seed, contamination } = this.#options
    return {
      base: this.#arena.base,
      slot: this.#nextSlot,
      nRows: this.#learner.copyToTraining(),
      nTrees,
      seed,
      contamination,
    }
  }

  #adopt({ slot, nRows }: FitOrder, durationMs: number): void {
    this.#generation += 1
    const model = new Model(this.#arena, slot, this.#generation, this.#options.telemetry.features)
    this.#learner.adopt(model)
    this.#model = model
    this.#options.onFit?.({ outcome: 'ok', durationMs, generation: model.generation, nRows })
  }

  #tellFailure({ nRows }: FitOrder, durationMs: number, error: unknown): void {
    const generation = this.#model?.generation ?? 0
    this.#options.onFit?.({ outcome: 'failed', durationMs, generation, nRows, error: error as Error })
  }
}

function section<Value extends StateValue>(one: StateSection<Value>): StateSection {
  return one as unknown as StateSection
}
