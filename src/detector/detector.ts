import { captureAll, restoreAll, StateError, type StateSection, type StateValue } from '../state/section.js'
import type { Telemetry } from '../telemetry/record.js'
import { AnomalyRate } from './anomaly-rate.js'
import type { Reference } from './baseline/baseline.js'
import type { History } from './baseline/history.js'
import type { Model } from './model/model.js'
import { type DetectorOptions, type ResolvedDetectorOptions, resolveDetectorOptions } from './options.js'
import { type DetectorParts, givenParts, learningParts } from './parts.js'
import { judgeByRules } from './rules.js'
import type { Learning } from './training/learning.js'
import type { Verdict } from './verdict.js'

export type { DetectorOptions } from './options.js'
export type { FitReport } from './training/fit-report.js'

/** A detector's sections by name. */
export type DetectorState = { readonly [section: string]: StateValue }

/**
 * Learns what is normal from the records that come by and judges each by what came before it: a record is scored
 * first and only then may be learnt from.
 */
export class Detector {
  readonly #options: ResolvedDetectorOptions
  readonly #reference: Reference
  readonly #history: History
  readonly #learning: Learning | null
  readonly #given: Model | null
  readonly #rate: AnomalyRate
  readonly #sections: readonly StateSection[]
  #records = 0

  private constructor(options: ResolvedDetectorOptions, parts: DetectorParts) {
    this.#options = options
    this.#reference = parts.reference
    this.#history = parts.history
    this.#learning = parts.learning
    this.#given = parts.given
    this.#rate = new AnomalyRate(options.historyMax)
    this.#sections = this.#stateSections(parts.sections)
  }

  /** @throws ForestError when the module or the memory cannot be had, or the forest that is given cannot be used */
  static async create({ forest, ...options }: DetectorOptions = {}): Promise<Detector> {
    const resolved = resolveDetectorOptions(options)
    const parts = await (forest === undefined ? learningParts(resolved) : givenParts(forest, resolved))
    return new Detector(resolved, parts)
  }

  /** Records in the window. */
  get historySize(): number {
    return this.#history.size
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
    return this.#learning?.samplesNeeded ?? 0
  }

  /** Who fits; null where a forest was given. */
  get trainer(): 'worker' | 'inline' | null {
    return this.#learning?.trainer ?? null
  }

  /** Whether it judges by a forest that was given to it, and never fits one. */
  get given(): boolean {
    return this.#given !== null
  }

  /**
   * Judges one record, then learns from it.
   * @param options.detail fills in the contributions of a normal record, too
   */
  analyze(record: Telemetry, options?: { readonly detail?: boolean }): Verdict {
    const { features, rules, minConfidence } = this.#options
    const placement = this.#reference.place(record)
    const model = this.#model
    const rating = model === null ? null : model.rate(placement)
    const verdict =
      model === null || rating === null
        ? judgeByRules(features, rules, placement.values)
        : model.verdict(placement, rating, minConfidence, options?.detail === true)
    this.#records += 1
    this.#rate.push(verdict.anomalous)
    this.#history.push(placement.values)
    this.#learning?.learn(placement, rating)
    return verdict
  }

  /** All that the next verdicts depend on, as plain data. */
  snapshot(): DetectorState {
    return captureAll(this.#sections)
  }

  /**
   * Goes on where a snapshot was taken; before the first record. A forest that was fitted under other options is
   * left out and fitted anew on the restored records.
   * @throws StateError when the snapshot does not fit, and then nothing has changed
   */
  restore(state: DetectorState): void {
    restoreAll(this.#sections, state)
    this.#learning?.resume()
  }

  /** Resolves when no fit runs or is due. */
  async settled(): Promise<void> {
    await this.#learning?.settled()
  }

  /** Ends training; a fit in flight is given up, the forest in use goes on answering. */
  async close(): Promise<void> {
    await this.#learning?.close()
  }

  get #model(): Model | null {
    return this.#learning === null ? this.#given : this.#learning.model
  }

  /** What can refuse a value comes first, so that a refusal changes nothing. */
  #stateSections(parts: readonly StateSection[]): StateSection[] {
    const section = <Value extends StateValue>(one: StateSection<Value>): StateSection =>
      one as unknown as StateSection
    const names = (): string[] => this.#options.features.map((feature) => feature.name)
    return [
      section<string[]>({
        name: 'features',
        capture: names,
        restore: (features) => {
          if (features.join() !== names().join())
            throw new StateError(`its features are ${features.join(', ')}`)
        },
      }),
      ...parts,
      section<Uint8Array>({
        name: 'verdicts',
        capture: () => this.#rate.capture(),
        restore: (flags) => this.#rate.restore(flags),
      }),
      section<{ records: number; sinceRequest: number }>({
        name: 'counts',
        capture: () => ({ records: this.#records, sinceRequest: this.#learning?.sinceRequest ?? 0 }),
        restore: ({ records, sinceRequest }) => {
          this.#records = records
          if (this.#learning !== null) this.#learning.sinceRequest = sinceRequest
        },
      }),
    ]
  }
}
