import { Arena } from '../forest/arena.js'
import type { Contamination } from '../forest/options.js'
import { MAX_FLOAT32 } from '../forest/rows.js'
import { AnomalyRate } from './anomaly-rate.js'
import { FEATURES, type Feature } from './features.js'
import { Model } from './model.js'
import { RefitSchedule } from './refit-schedule.js'
import { judgeByRules, type RuleLimits } from './rules.js'
import type { Telemetry } from './telemetry.js'
import { Trainer, type TrainerFault, type TrainerOptions } from './trainer.js'
import type { Verdict } from './verdict.js'
import { SlidingWindow } from './window.js'

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
  /** Told of every fit. */
  readonly onFit?: (fit: FitReport) => void
  /** Told when the trainer's thread failed and what follows. */
  readonly onTrainerFault?: (fault: TrainerFault) => void
  /** For tests of a thread that fails. */
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

/**
 * Learns what is normal from a sliding window and judges each record by what came before it: a record is scored
 * first and only then enters the window.
 */
export class Detector {
  readonly #options: DetectorOptions
  readonly #features: readonly Feature[]
  readonly #arena: Arena
  readonly #window: SlidingWindow
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
    this.#trainer = new Trainer(arena, { ...options.trainer, onFault: options.onTrainerFault })
    this.#schedule = new RefitSchedule(options.trainDuty, () => this.#fit())
    this.#rate = new AnomalyRate(options.historyMax)
    this.#row = new Float32Array(features.length)
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
   * Judges one record, then admits it to the window.
   * @param options.detail fills in the contributions of a normal record, too
   */
  analyze(record: Telemetry, options?: { readonly detail?: boolean }): Verdict {
    const row = this.#row
    for (let f = 0; f < row.length; f++) {
      row[f] = Math.min((this.#features[f] as Feature).extract(record), MAX_FLOAT32)
    }
    const verdict = this.#model
      ? this.#model.judge(row, options?.detail === true)
      : judgeByRules(this.#features, this.#options.rules, row)
    this.#admit(row, verdict.anomalous)
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

  #admit(row: Float32Array, anomalous: boolean): void {
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
    const nRows = this.#window.copyToTraining()
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
    this.#model = new Model(this.#arena, slot, this.generation + 1, this.#features)
    onFit?.({ outcome: 'ok', durationMs, generation: this.generation, nRows })
    return durationMs
  }
}
