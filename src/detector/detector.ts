import { Arena } from '../forest/arena.js'
import type { Contamination } from '../forest/options.js'
import { MAX_FLOAT32 } from '../forest/rows.js'
import { type AlertPolicies, AlertPolicy } from './alert-policy.js'
import { AnomalyRate } from './anomaly-rate.js'
import type { Baseline } from './baseline.js'
import { FEATURES, type Feature } from './features.js'
import { GuardedBaseline } from './guarded-baseline.js'
import { Model } from './model.js'
import { RefitSchedule } from './refit-schedule.js'
import { judgeByRules, type RuleLimits } from './rules.js'
import type { Telemetry } from './telemetry.js'
import { Trainer } from './trainer.js'
import type { Verdict } from './verdict.js'
import { SlidingWindow } from './window.js'
import { WindowBaseline } from './window-baseline.js'

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
  /** Routes with a profile of their own, default 512; the least recently used goes. */
  readonly routesMax?: number
  /** An anomaly needs at least this confidence, [0, 1]; default 0. */
  readonly minConfidence?: number
  /** Directions and ignored differences by feature name; default none. */
  readonly policies?: AlertPolicies
  /** Told of every fit. */
  readonly onFit?: (fit: FitReport) => void
  /** Told when the trainer's thread failed and what follows. */
  readonly onTrainerFault?: (error: Error) => void
}

export interface FitReport {
  readonly outcome: 'ok' | 'failed'
  readonly durationMs: number
  /** The generation now in use. */
  readonly generation: number
  readonly nRows: number
  readonly error?: Error
}

const ROUTES_MAX = 512

/**
 * Learns what is normal from the records that come by and judges each by what came before it: a record is scored
 * first and only then may be learnt from.
 */
export class Detector {
  readonly #options: DetectorOptions
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

  private constructor(options: DetectorOptions, features: readonly Feature[], arena: Arena) {
    this.#options = options
    this.#features = features
    this.#arena = arena
    this.#window = new SlidingWindow(arena)
    this.#trainer = new Trainer(arena, (error) => options.onTrainerFault?.(error))
    this.#schedule = new RefitSchedule(options.trainDuty, () => this.#fit())
    this.#rate = new AnomalyRate(options.historyMax)
    this.#row = new Float32Array(features.length)
    const policy = new AlertPolicy(features, options.policies)
    this.#baseline =
      options.baseline === 'window'
        ? new WindowBaseline(arena, features, policy, this.#window)
        : new GuardedBaseline(arena, features, policy, options.routesMax ?? ROUTES_MAX, options.seed)
  }

  /** @throws ForestError when the module or the memory cannot be had */
  static async create(options: DetectorOptions): Promise<Detector> {
    const features = options.features ?? FEATURES
    const { nTrees, subsampleSize, historyMax } = options
    const shape = { nFeatures: features.length, nTrees, subsampleSize, maxRows: historyMax, nSlots: 2 }
    const shared = typeof SharedArrayBuffer !== 'undefined'
    return new Detector(options, features, await Arena.create(shape, { shared }))
  }

  /** Records in the window. */
  get historySize(): number {
    return this.#window.size
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
    const row = this.#row
    for (let f = 0; f < row.length; f++) {
      row[f] = Math.min((this.#features[f] as Feature).extract(record), MAX_FLOAT32)
    }
    const sight = this.#baseline.place(record)
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

  /** Resolves when no fit runs or is due. */
  settled(): Promise<void> {
    return this.#schedule.settled()
  }

  /** Ends training; a fit in flight is given up, the forest in use goes on answering. */
  async close(): Promise<void> {
    this.#schedule.close()
    await this.#trainer.close()
  }

  #count(row: Float32Array, anomalous: boolean): void {
    this.#window.push(row)
    this.#rate.push(anomalous)
    this.#sinceRequest += 1
    const { minSamples, retrainEvery } = this.#options
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
