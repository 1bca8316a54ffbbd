import type { Arena } from '../../forest/arena.js'
import { type FitOrder, fitSlot } from '../../forest/fit.js'
import { nextTurn } from '../../runtime/timers.js'
import type { LateValue } from '../../state/late.js'
import type { StateSection, StateValue } from '../../state/section.js'
import type { Learner } from '../baseline/baseline.js'
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

/** Fits forests on what a learner holds, two slots in turn: one that is judged by, one that is written. */
export class Fitter {
  readonly #arena: Arena
  readonly #learner: Learner
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
  #startedMs: number | null = null

  constructor(arena: Arena, learner: Learner, options: ResolvedDetectorOptions) {
    this.#arena = arena
    this.#learner = learner
    this.#options = options
    this.#trainer = new Trainer(arena, { ...options.trainer, onFault: options.onTrainerFault })
    this.#schedule = new RefitSchedule(options.trainDuty, () => this.#fit())
  }

  /** The forest in use; null before the first. */
  get model(): Model | null {
    return this.#model
  }

  /** Who fits. */
  get kind(): 'worker' | 'inline' {
    return this.#atOnce ? 'inline' : this.#trainer.kind
  }

  /** Milliseconds since the fit that runs was begun; 0 while none does. */
  get fittingMs(): number {
    return this.#startedMs === null ? 0 : performance.now() - this.#startedMs
  }

  /** What verdicts name the forest in use by, where others know it, too. */
  nameModels(name: string | undefined): void {
    this.#modelName = name
    if (this.#model !== null) this.#model.name = name
  }

  /** A first fit is near: has the thread started where one will be needed. */
  prepare(): void {
    if (!this.#atOnce) this.#trainer.prepare()
  }

  /** Has a forest fitted on what is learnt: at this record, or beside those to come. */
  request(): void {
    if (this.#atOnce) this.#fitNow()
    else this.#schedule.request()
  }

  /** The same of the first forest, which is made at its record where nobody waits long for that. */
  requestFirst(): void {
    if (this.#isSmall) this.#fitNow()
    else this.request()
  }

  /** Judges by no forest any more; a fit in flight is of no use. */
  drop(): void {
    this.#epoch += 1
    this.#schedule.cancel()
    this.#model = null
    this.#learner.unfit()
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

  /** The forest in use. One that was fitted under other options is left out. */
  section(): StateSection {
    const forest: StateSection<ForestState | null> = {
      name: 'forest',
      capture: () => this.#capture(),
      restore: (state) => this.#restore(state),
    }
    return forest as unknown as StateSection<StateValue>
  }

  #capture(): ForestState | null {
    if (this.#model === null) return null
    const { slot, generation } = this.#model
    this.#captured = captureForest(this.#arena, slot, generation, this.#fittedOptions())
    return this.#captured.state
  }

  #restore(state: ForestState | null): void {
    // What is being captured of the slot that is filled now.
    if (this.#captured?.slot === 0) this.#captured.bytes.finish()
    if (state === null || !restoreForest(this.#arena, 0, state, this.#fittedOptions())) {
      this.drop()
      return
    }
    this.#generation = state.generation
    this.#model = new Model(this.#arena, 0, state.generation, this.#options.telemetry.features)
    this.#model.name = this.#modelName
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
    this.#startedMs = startedMs
    let durationMs: number
    try {
      durationMs = await this.#trainer.fit(order)
    } catch (error) {
      durationMs = performance.now() - startedMs
      if (epoch !== this.#epoch) return durationMs
      this.#tellFailure(order, durationMs, error)
      throw error
    } finally {
      this.#startedMs = null
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
