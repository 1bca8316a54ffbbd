import { nextTurn, type Timer, unrefTimer } from '../runtime/timers.js'
import { decodeState } from './codec.js'
import { StateEncoder } from './encoder.js'
import { captureAll, restoreAll, StateError, type StateSection } from './section.js'
import type { StateStore } from './state-store.js'

export interface StateLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What is kept, and how often. */
export interface KeptSections {
  readonly intervalMs: number
  readonly sections: readonly StateSection[]
  /** Changes when there is something new to keep. */
  readonly revision: () => string
  /** Facts for the log lines about what was kept or restored. */
  readonly facts: () => object
}

export interface StateKeeperOptions extends KeptSections {
  readonly store: StateStore
  /** Told of every attempt to write the state. */
  readonly onSave: (outcome: 'ok' | 'failed') => void
  readonly log: StateLog
}

/**
 * How much of a state is made before whatever else waits has its turn, in bytes: a route, or a tree. A fifth of a
 * millisecond, and a few of them while the code is new to the engine.
 */
export const SLICE_BYTES = 2 ** 12

/**
 * Keeps the state of its sections in a store: restored at the start, written at intervals when something changed,
 * and once more at the end. Whatever goes wrong with it is logged and never stops the service. Where the store belongs
 * to another process, or holds what cannot be read, nothing is written to it: that would lose what others learnt.
 */
export class StateKeeper {
  #options: StateKeeperOptions
  #timer: Timer | null = null
  #savedRevision: string | null = null
  #saving: Promise<void> | null = null
  #failing = false
  /** Whether what the store holds must be left alone. */
  #barred = false

  constructor(options: StateKeeperOptions) {
    this.#options = options
  }

  /** Whether the store holds what must be left alone, and nothing is written to it. */
  get barred(): boolean {
    return this.#barred
  }

  /** Takes over the state of the process before, if there is one, and keeps the own from now on. */
  async start(): Promise<void> {
    if (await this.#claim()) await this.#restore()
    this.#savedRevision = this.#options.revision()
    this.#startTimer()
  }

  /** Keeps other sections from now on, which have taken over what those before hold. */
  keep(kept: KeptSections): void {
    this.#options = { ...this.#options, ...kept }
    this.#savedRevision = null
    this.#startTimer()
  }

  /** Writes the state if it changed since it was written last. Never rejects. */
  async save(): Promise<void> {
    // One file, one writer; what changes meanwhile is for the next time.
    this.#saving ??= this.#write().finally(() => {
      this.#saving = null
    })
    await this.#saving
  }

  /** Writes what changed and stops. */
  async close(): Promise<void> {
    this.#stopTimer()
    await this.#saving
    await this.save()
    await this.#options.store.release?.().catch(() => {})
  }

  #startTimer(): void {
    this.#stopTimer()
    this.#timer = setInterval(() => void this.save(), this.#options.intervalMs)
    unrefTimer(this.#timer)
  }

  #stopTimer(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
  }

  async #write(): Promise<void> {
    const options = this.#options
    const { store, sections, revision, facts, onSave, log } = options
    const revisionNow = revision()
    if (revisionNow === this.#savedRevision) return
    const { path } = store
    if (this.#barred) {
      // Counted, so that whoever watches the metrics hears of it, too.
      onSave('failed')
      return
    }
    try {
      const encoder = new StateEncoder(captureAll(sections))
      const known = facts()
      while (encoder.advance(SLICE_BYTES) > 0) await nextTurn()
      const bytes = encoder.finish()
      const kept = { ...known, bytes: bytes.length, path }
      await store.write(bytes)
      // What is kept since is not written yet.
      if (this.#options === options) this.#savedRevision = revisionNow
      onSave('ok')
      if (this.#failing) log.warn(kept, 'state is written again')
      else log.info(kept, 'state written')
      this.#failing = false
    } catch (error) {
      onSave('failed')
      if (!this.#failing) {
        log.error({ err: error, path }, 'state cannot be written; the service goes on and keeps trying')
      }
      this.#failing = true
    }
  }

  /** Whether the store is this process' own. */
  async #claim(): Promise<boolean> {
    const { store, log } = this.#options
    const { path } = store
    try {
      const holder = (await store.claim?.()) ?? null
      if (holder === null) return true
      this.#barred = true
      log.error(
        { path, holder },
        `the state is kept by ${holder}; this process runs without: it starts afresh and keeps nothing. Give each process a folder of its own`,
      )
      return false
    } catch {
      // A folder that takes no file may still hold a state; why nothing can be written is said when it is tried.
      return true
    }
  }

  async #restore(): Promise<void> {
    const { store, sections, facts, log } = this.#options
    const { path } = store
    const bytes = await this.#read()
    if (bytes === null) return
    try {
      restoreAll(sections, decodeState(bytes))
      log.info({ ...facts(), bytes: bytes.length, path }, 'state restored')
    } catch (error) {
      await this.#giveUp(error as Error)
    }
  }

  async #read(): Promise<Uint8Array | null> {
    const { store, log } = this.#options
    const { path } = store
    try {
      const bytes = await store.read()
      if (bytes === null) log.info({ path }, 'no state yet; the service starts afresh')
      return bytes
    } catch (error) {
      if (error instanceof StateError) await this.#giveUp(error)
      else {
        this.#barred = true
        log.error(
          { reason: (error as Error).message, path },
          'there is a state that cannot be read, which says nothing of what is in it: it stays as it is, and this process starts afresh and keeps nothing',
        )
      }
      return null
    }
  }

  async #giveUp(error: Error): Promise<void> {
    const { log, store } = this.#options
    const details = { reason: error.message, path: store.path }
    try {
      const asidePath = await store.setAside()
      log.error(
        { ...details, asidePath },
        'the state cannot be used and was set aside; the service starts afresh',
      )
    } catch {
      log.error(details, 'the state can neither be used nor set aside; the service starts afresh')
    }
  }
}
