import { type FitOrder, fitSlot } from '../../forest/fit.js'
import { nextTurn } from '../../runtime/timers.js'
import type { LateValue } from '../../state/late.js'
import type { StateSection, StateValue } from '../../state/section.js'
import { finish, type Steps } from '../../state/steps.js'
import type { Learner } from '../baseline/baseline.js'
import {
  type CapturedForest,
  captureForest,
  type FittedOptions,
  type ForestState,
  restoringForest,
} from '../model/forest-state.js'
import { Model } from '../model/model.js'
import type { ResolvedDetectorOptions } from '../options.js'
import type { Ground, Plot } from './ground.js'
import { RefitSchedule } from './refit-schedule.js'

/**
 * Rows of all trees, of which a fit on the caller's thread holds it up for some 2 ms on a core of a small server. A first
 * fit of no more is made at its record: until there is a forest the static rules decide, and under fast traffic hundreds
 * of records come by before a thread has started and answered.
 */
const FIRST_AT_ONCE_MOST = 25_600

/** A fit, and where it takes place. */
interface PlottedFit {
  readonly plot: Plot
  readonly order: FitOrder
}

/** Fits forests on what a learner holds, in a slot that nobody judges by. */
export class Fitter {
  readonly #ground: Ground
  readonly #learner: Learner
  readonly #options: ResolvedDetectorOptions
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

  constructor(ground: Ground, learner: Learner, options: ResolvedDetectorOptions) {
    this.#ground = ground
    this.#learner = learner
    this.#options = options
    this.#schedule = new RefitSchedule(ground.turns, () => this.#fit())
  }

  /** The forest in use; null before the first. */
  get model(): Model | null {
    return this.#model
  }

  /** Who fits. */
  get kind(): 'worker' | 'inline' {
    return this.#atOnce ? 'inline' : this.#ground.trainer.kind
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
    if (!this.#atOnce) this.#ground.trainer.prepare()
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

  /** Much changes at once from now on: fits follow each other as those of a young forest. */
  hasten(): void {
    this.#schedule.hasten()
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
    await this.#ground.close()
  }

  /** The forest in use. One that was fitted under other options is left out. */
  section(): StateSection {
    const forest: StateSection<ForestState | null> = {
      name: 'forest',
      capture: () => this.#capture(),
      restore: (state) => finish(this.#restoring(state)),
      restoring: (state) => this.#restoring(state),
    }
    return forest as unknown as StateSection<StateValue>
  }

  #capture(): ForestState | null {
    // Only the last capture is kept from being written over. One that still goes on, as where a model is captured for a
    // fleet while the state is being saved, is finished first.
    this.#captured?.bytes.finish()
    if (this.#model === null) return null
    const { slot, generation } = this.#model
    this.#captured = captureForest(this.#ground.arena, slot, generation, this.#fittedOptions())
    return this.#captured.state
  }

  *#restoring(state: ForestState | null): Steps {
    const plot = this.#ground.atOnce(null)
    // What is being captured of the slot that is filled now.
    this.#lateIn(plot)?.finish()
    const options = this.#fittedOptions()
    if (state === null || !(yield* restoringForest(plot.arena, plot.slot, state, options))) {
      this.drop()
      return
    }
    this.#generation = state.generation
    this.#model = this.#modelIn(plot)
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
    const fit = this.#plotted(this.#ground.atOnce(this.#active))
    const { plot, order } = fit
    const startedMs = performance.now()
    try {
      const { wasm } = plot.arena
      fitSlot(wasm, order)
      wasm.summarize(order.base, order.slot)
    } catch (error) {
      this.#tellFailure(order, performance.now() - startedMs, error)
      return
    }
    this.#adopt(fit, performance.now() - startedMs)
  }

  async #fit(): Promise<number> {
    // The fit waits until the slot may be written over; no request does.
    const lateNow = (): LateValue | null => this.#lateIn(this.#ground.beside(this.#active))
    for (let late = lateNow(); late !== null; late = lateNow()) {
      late.advance()
      await nextTurn()
    }
    const epoch = this.#epoch
    const fit = this.#plotted(this.#ground.beside(this.#active))
    const { order } = fit
    const startedMs = performance.now()
    this.#startedMs = startedMs
    let durationMs: number
    try {
      durationMs = await this.#ground.trainer.fit(order)
    } catch (error) {
      durationMs = performance.now() - startedMs
      if (epoch !== this.#epoch) return durationMs
      this.#tellFailure(order, durationMs, error)
      throw error
    } finally {
      this.#startedMs = null
    }
    if (epoch === this.#epoch) this.#adopt(fit, durationMs)
    return durationMs
  }

  get #active(): number | null {
    return this.#model?.slot ?? null
  }

  /** What is still being captured of the forest that one from this plot takes the place of; null where nothing is. */
  #lateIn(plot: Plot): LateValue | null {
    const captured = this.#captured
    return captured === null || captured.bytes.done || captured.slot !== this.#ground.slotFor(plot)
      ? null
      : captured.bytes
  }

  /** A fit there of what is learnt now. */
  #plotted(plot: Plot): PlottedFit {
    const { nTrees, seed, contamination } = this.#options
    const { arena, slot } = plot
    if (this.#ground.arena === arena) this.#lateIn(plot)?.finish()
    const nRows = this.#learner.copyToTraining(arena)
    return { plot, order: { base: arena.base, slot, nRows, nTrees, seed, contamination } }
  }

  #adopt({ plot, order: { nRows } }: PlottedFit, durationMs: number): void {
    this.#generation += 1
    const model = this.#modelIn(plot)
    this.#learner.adopt(model)
    this.#model = model
    this.#options.onFit?.({ outcome: 'ok', durationMs, generation: model.generation, nRows })
  }

  /** The forest of a plot, where it is judged by; of this generation. */
  #modelIn(plot: Plot): Model {
    // It may be taken to where another one is being captured.
    this.#lateIn(plot)?.finish()
    const { arena } = this.#ground
    const slot = this.#ground.settle(plot)
    const model = new Model(arena, slot, this.#generation, this.#options.telemetry.features)
    model.name = this.#modelName
    return model
  }

  #tellFailure({ nRows }: FitOrder, durationMs: number, error: unknown): void {
    const generation = this.#model?.generation ?? 0
    this.#options.onFit?.({ outcome: 'failed', durationMs, generation, nRows, error: error as Error })
  }
}
