import { Arena } from '../forest/arena.js'
import type { Contamination } from '../forest/options.js'
import { MAX_FLOAT32 } from '../forest/rows.js'
import { captureAll, restoreAll, StateError, type StateSection, type StateValue } from '../state/section.js'
import { FEATURES, type Feature } from '../telemetry/features.js'
import type { Telemetry } from '../telemetry/record.js'
import { AnomalyRate } from './anomaly-rate.js'
import type { Baseline } from './baseline/baseline.js'
import { FixedBaseline } from './baseline/fixed-baseline.js'
import { type AlertPolicies, AlertPolicy } from './baseline/policy.js'
import { RankedWindow } from './baseline/ranked-window.js'
import { SlidingWindow } from './baseline/sliding-window.js'
import { WindowBaseline } from './baseline/window-baseline.js'
import { GuardedBaseline } from './guarded/guarded-baseline.js'
import { captureForest, type FittedOptions, type ForestState, restoreForest } from './model/forest-state.js'
import { holdLearnt, loadFixedForest } from './model/given-forest.js'
import { Model } from './model/model.js'
import { judgeByRules, type RuleLimits } from './rules.js'
import { RefitSchedule } from './training/refit-schedule.js'
import { Trainer } from './training/trainer.js'
import type { TrainerFault, TrainerOptions } from './training/trainer-options.js'
import type { Verdict } from './verdict.js'

export interface DetectorOptions {
  /** Rows of the sliding window. */
  readonly historyMax: number
  readonly contamination: Contamination
  /** Records from one fit to the next. */
  readonly retrainEvery: number
  /** Records before the first fit. */
  readonly minSamples: number
  readonly nTrees: number
  readonly subsampleSize: number
  readonly seed: number
  /** Share of one core that fits may take, (0, 1]. */
  readonly trainDuty: number
  /** Static limits by feature name, in force while there is no forest. */
  readonly rules: RuleLimits
  readonly features?: readonly Feature[]
  /**
   * What is learnt from: `guarded` (default), a baseline that an attack cannot fill, of records judged against
   * their own route; `window`, the last historyMax records as they are.
   */
  readonly baseline?: 'guarded' | 'window'
  /**
   * A forest that was fitted elsewhere, as `IsolationForest.toBytes` gives it. It judges every record, by raw values,
   * and nothing is learnt: what says how to learn does not apply.
   */
  readonly forest?: Uint8Array
  /** Routes with a profile of their own, default 512; the least recently used goes. */
  readonly routesMax?: number
  /** An anomaly needs at least this confidence, [0, 1]; default 0. */
  readonly minConfidence?: number
  /** Directions and ignored differences by feature name; default none. */
  readonly policies?: AlertPolicies
  /** Told of every fit. */
  readonly onFit?: (fit: FitReport) => void
  /** Told when the trainer's thread failed and what follows. */
  readonly onTrainerFault?: (fault: TrainerFault) => void
  /** For tests of a thread that fails. @internal */
  readonly trainer?: Pick<TrainerOptions, 'thread' | 'watchdogMs'>
}

export interface FitReport {
  readonly outcome: 'ok' | 'failed'
  readonly durationMs: number
  /** The generation now in use. */
  readonly generation: number
  readonly nRows: number
  readonly error?: Error
}

/** A detector's sections by name. */
export type DetectorState = { readonly [section: string]: StateValue }

const ROUTES_MAX = 512

/**
 * Learns what is normal from the records that come by and judges each by what came before it: a record is scored
 * first and only then may be learnt from.
 */
export class Detector {
  readonly #options: Omit<DetectorOptions, 'forest'>
  readonly #features: readonly Feature[]
  readonly #arena: Arena
  readonly #window: SlidingWindow
  readonly #baseline: Baseline
  readonly #trainer: Trainer
  readonly #schedule: RefitSchedule
  readonly #rate: AnomalyRate
  readonly #row: Float32Array
  #model: Model | null = null
  #sinceRequest = 0
  #records = 0
  readonly #sections: readonly StateSection[]
  /** Whether it judges by a forest that was given to it, and never fits one. */
  readonly fixed: boolean

  private constructor(
    options: Omit<DetectorOptions, 'forest'>,
    features: readonly Feature[],
    arena: Arena,
    fixed = false,
  ) {
    this.#options = options
    this.fixed = fixed
    this.#features = features
    this.#arena = arena
    this.#trainer = new Trainer(arena, { ...options.trainer, onFault: options.onTrainerFault })
    this.#schedule = new RefitSchedule(options.trainDuty, () => this.#fit())
    this.#rate = new AnomalyRate(options.historyMax)
    this.#row = new Float32Array(features.length)
    const policy = new AlertPolicy(features, options.policies)
    const sections = this.#stateSections()
    if (fixed) {
      const window = new RankedWindow(arena, options.historyMax)
      this.#window = window
      this.#baseline = new FixedBaseline(features, policy, window)
      this.#model = new Model(arena, 0, 1, features)
      this.#sections = holdLearnt(sections)
      return
    }
    this.#window = new SlidingWindow(arena)
    this.#sections = sections
    this.#baseline =
      options.baseline === 'window'
        ? new WindowBaseline(arena, features, policy, this.#window)
        : new GuardedBaseline(arena, features, policy, options.routesMax ?? ROUTES_MAX, options.seed)
  }

  /** @throws ForestError when the module or the memory cannot be had, or the forest that is given cannot be used */
  static async create(options: DetectorOptions): Promise<Detector> {
    const features = options.features ?? FEATURES
    const { forest, ...settings } = options
    const { nTrees, subsampleSize, historyMax } = settings
    if (forest !== undefined) {
      const arena = await loadFixedForest(forest, features, historyMax)
      return new Detector({ ...settings, retrainEvery: Number.POSITIVE_INFINITY }, features, arena, true)
    }
    const shape = { nFeatures: features.length, nTrees, subsampleSize, maxRows: historyMax, nSlots: 2 }
    const shared = typeof SharedArrayBuffer !== 'undefined'
    return new Detector(settings, features, await Arena.create(shape, { shared }))
  }

  /** Records in the window. */
  get historySize(): number {
    return this.#window.size
  }

  /** Records judged so far, with those of the processes before whose state was restored. */
  get records(): number {
    return this.#records
  }

  get trained(): boolean {
    return this.#model !== null
  }

  /** Counts fits; 0 while there is no forest. */
  get generation(): number {
    return this.#model?.generation ?? 0
  }

  /** Share of anomalous verdicts over the last window, 0 to 1. */
  get anomalyRate(): number {
    return this.#rate.value
  }

  /** Records still needed before the first fit. */
  get samplesNeeded(): number {
    return this.#model ? 0 : Math.max(0, this.#options.minSamples - this.#window.size)
  }

  get trainer(): 'worker' | 'inline' {
    return this.#trainer.kind
  }

  /**
   * Judges one record, then learns from it.
   * @param options.detail fills in the contributions of a normal record, too
   */
  analyze(record: Telemetry, options?: { readonly detail?: boolean }): Verdict {
    const sight = this.#baseline.place(record)
    const row = this.#row
    for (let f = 0; f < row.length; f++) row[f] = Math.min(sight.values[f] as number, MAX_FLOAT32)
    const model = this.#model
    const outcome = model === null ? null : model.score(sight)
    const verdict =
      model === null || outcome === null
        ? judgeByRules(this.#features, this.#options.rules, row)
        : model.verdict(sight, outcome, this.#options.minConfidence ?? 0, options?.detail === true)
    this.#baseline.admit(outcome)
    this.#count(row, verdict.anomalous)
    return verdict
  }

  /** All that the next verdicts depend on, as plain data. */
  snapshot(): DetectorState {
    return captureAll(this.#sections)
  }

  /**
   * Goes on where a snapshot was taken; before the first record. A forest that was fitted under other options is
   * left out and fitted anew on the restored window.
   * @throws StateError when the snapshot does not fit, and then nothing has changed
   */
  restore(state: DetectorState): void {
    restoreAll(this.#sections, state)
    if (this.#model === null && this.#window.size >= this.#options.minSamples) this.#schedule.request()
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

  /** What can refuse a value comes first, so that a refusal changes nothing. */
  #stateSections(): StateSection[] {
    const section = <Value extends StateValue>(one: StateSection<Value>): StateSection =>
      one as unknown as StateSection
    const names = (): string[] => this.#features.map((feature) => feature.name)
    return [
      section<string[]>({
        name: 'features',
        capture: names,
        restore: (features) => {
          if (features.join() !== names().join())
            throw new StateError(`its features are ${features.join(', ')}`)
        },
      }),
      section<string>({
        name: 'learning',
        capture: () => this.#baseline.kind,
        restore: (kind) => {
          if (kind !== this.#baseline.kind) throw new StateError(`it was learnt by the ${kind} baseline`)
        },
      }),
      section<ForestState | null>({
        name: 'forest',
        capture: () =>
          this.#model && captureForest(this.#arena, this.#model.slot, this.generation, this.#fittedOptions()),
        restore: (state) => {
          if (state === null || !restoreForest(this.#arena, 0, state, this.#fittedOptions())) return
          this.#model = new Model(this.#arena, 0, state.generation, this.#features)
        },
      }),
      section<StateValue>({
        name: 'baseline',
        capture: () => this.#baseline.capture(),
        restore: (state) => this.#baseline.restore(state, this.#model),
      }),
      section<Float32Array>({
        name: 'window',
        capture: () => this.#window.capture(),
        restore: (rows) => this.#window.restore(rows),
      }),
      section<Uint8Array>({
        name: 'verdicts',
        capture: () => this.#rate.capture(),
        restore: (flags) => this.#rate.restore(flags),
      }),
      section<{ records: number; sinceRequest: number }>({
        name: 'counts',
        capture: () => ({ records: this.#records, sinceRequest: this.#sinceRequest }),
        restore: ({ records, sinceRequest }) => {
          this.#records = records
          this.#sinceRequest = sinceRequest
        },
      }),
    ]
  }

  #fittedOptions(): FittedOptions {
    const { nTrees, subsampleSize, seed, contamination } = this.#options
    return { nFeatures: this.#features.length, nTrees, subsampleSize, seed, contamination }
  }

  #count(row: Float32Array, anomalous: boolean): void {
    this.#records += 1
    this.#window.push(row)
    this.#rate.push(anomalous)
    this.#sinceRequest += 1
    const { minSamples, retrainEvery } = this.#options
    if (this.#model === null && this.#window.size === minSamples >> 1) this.#trainer.prepare()
    const first = this.#model === null && this.#window.size === minSamples
    if (first || (this.#window.size > minSamples && this.#sinceRequest >= retrainEvery)) {
      this.#sinceRequest = 0
      this.#schedule.request()
    }
  }

  async #fit(): Promise<number> {
    const slot = this.#model?.slot === 0 ? 1 : 0
    const nRows = this.#baseline.copyToTraining()
    const { nTrees, seed, contamination, onFit } = this.#options
    const startedMs = performance.now()
    let durationMs: number
    try {
      durationMs = await this.#trainer.fit({
        base: this.#arena.base,
        slot,
        nRows,
        nTrees,
        seed,
        contamination,
      })
    } catch (error) {
      durationMs = performance.now() - startedMs
      onFit?.({ outcome: 'failed', durationMs, generation: this.generation, nRows, error: error as Error })
      throw error
    }
    const model = new Model(this.#arena, slot, this.generation + 1, this.#features)
    this.#baseline.adopt(model)
    this.#model = model
    onFit?.({ outcome: 'ok', durationMs, generation: this.generation, nRows })
    return durationMs
  }
}
