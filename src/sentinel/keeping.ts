import type { Detector } from '../detector/detector.js'
import { type KeptSections, StateKeeper } from '../state/keeper.js'
import { settled } from '../state/late.js'
import { captureAll, restoreAll, type StateSection, type StateValue } from '../state/section.js'
import type { Company } from './company.js'
import type { KeptState, SentinelListener, SentinelLog } from './options.js'
import type { SentinelParts } from './parts.js'
import { continueFrom, factsOf, revisionOf, sectionsOf } from './sections.js'

const STATE_INTERVAL_MS = 60_000

/** What of a sentinel outlives the process, and where it is kept. */
export class Keeping {
  readonly #detector: Detector
  readonly #parts: SentinelParts
  readonly #listeners: readonly SentinelListener[]
  readonly #log: SentinelLog
  readonly #sections: readonly StateSection[]
  #keeper: StateKeeper | null = null

  constructor(
    detector: Detector,
    parts: SentinelParts,
    listeners: readonly SentinelListener[],
    log: SentinelLog,
    company: Company | null,
  ) {
    this.#detector = detector
    this.#parts = parts
    this.#listeners = listeners
    this.#log = log
    this.#sections = sectionsOf(detector, parts, log, company)
  }

  /** Whether the state is kept, and the place for it is this process' own. */
  get keeps(): boolean {
    return this.#keeper !== null && !this.#keeper.barred
  }

  /** All of it as plain data. */
  snapshot(): Record<string, StateValue> {
    return settled(this.capture())
  }

  /** The same, with what takes long captured late. */
  capture(): Record<string, StateValue> {
    return captureAll(this.#sections)
  }

  /** @throws StateError when the snapshot does not fit */
  restore(state: StateValue): void {
    restoreAll(this.#sections, state)
    this.#parts.desk.resume()
  }

  /**
   * Goes on with what another sentinel holds.
   * @throws StateError when what was learnt of the same features does not fit; then nothing has changed
   */
  continueFrom(before: Keeping): void {
    continueFrom(before.#sections, this.#sections)
  }

  /** Goes on where the process before stopped, and keeps the state from now on. Before the first record. */
  async keep({ store, intervalMs = STATE_INTERVAL_MS }: KeptState): Promise<void> {
    this.#keeper = new StateKeeper({
      ...this.#kept(intervalMs),
      store,
      onSave: (outcome) => {
        for (const listener of this.#listeners) listener.stateSaved?.(outcome)
      },
      log: this.#log,
    })
    await this.#keeper.start()
    this.#parts.desk.resume()
  }

  /** Keeps what this one holds where another one's state was kept, which is kept no more. */
  takePlaceOf(before: Keeping, intervalMs = STATE_INTERVAL_MS): void {
    this.#keeper = before.#keeper
    before.#keeper = null
    this.#keeper?.keep(this.#kept(intervalMs))
  }

  /** Writes the state, if it changed. Never rejects. */
  async save(): Promise<void> {
    await this.#keeper?.save()
  }

  /** Writes the state for the last time. */
  async close(): Promise<void> {
    await this.#keeper?.close()
  }

  #kept(intervalMs: number): KeptSections {
    const detector = this.#detector
    const parts = this.#parts
    return {
      intervalMs,
      sections: this.#sections,
      revision: () => revisionOf(detector, parts),
      facts: () => factsOf(detector, parts),
    }
  }
}
