import { Arena } from '../forest/arena.js'
import type { Contamination } from '../forest/options.js'
import { MAX_FLOAT32 } from '../forest/rows.js'
import { captureAll, restoreAll, StateError, type StateSection, type StateValue } from '../state/section.js'
import { AnomalyRate } from './anomaly-rate.js'
import { FEATURES, type Feature } from './features.js'
import { captureForest, type FittedOptions, type ForestState, restoreForest } from './forest-state.js'
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

/** A detector's sections by name. */
export type DetectorState = { readonly [section: string]: StateValue }

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
  #records = 0
  readonly #sections: readonly StateSection[] = this.#stateSections()

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
      section<ForestState | null>({
        name: 'forest',
        capture: () =>
          this.#model && captureForest(this.#arena, this.#model.slot, this.generation, this.#fittedOptions()),
        restore: (state) => {
          if (state === null || !restoreForest(this.#arena, 0, state, this.#fittedOptions())) return
          this.#model = new Model(this.#arena, 0, state.generation, this.#features)
        },
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

  #admit(row: Float32Array, anomalous: boolean): void {
    this.#records += 1
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
