import { nextTurn } from '../runtime/timers.js'
import type { Sentinel, SentinelLog } from '../sentinel.js'
import { decodeState } from '../state/codec.js'
import { StateEncoder } from '../state/encoder.js'
import { SLICE_BYTES } from '../state/keeper.js'
import { StateError, type StateValue } from '../state/section.js'
import type { BaselineFiles } from './baseline-files.js'

/** Whose baseline it is. */
export interface BaselineOrigin {
  readonly detector: string
  readonly entity: string | null
}

/** One of many baselines, and its file in the state folder. */
export class KeptBaseline {
  readonly sentinel: Sentinel
  readonly #origin: BaselineOrigin
  /** Null where nothing is kept. */
  readonly #files: BaselineFiles | null
  readonly #log: SentinelLog
  #savedRevision: string
  /** Whether it is being written, a slice at a time. */
  saving = false

  constructor(sentinel: Sentinel, origin: BaselineOrigin, files: BaselineFiles | null, log: SentinelLog) {
    this.sentinel = sentinel
    this.#origin = origin
    this.#files = files
    this.#log = log
    this.#restore()
    this.#savedRevision = sentinel.revision
  }

  /** Writes what has changed since it was written last, and lets whoever waits have a turn. Never rejects. */
  async save(): Promise<void> {
    if (this.#files === null || this.saving || this.sentinel.revision === this.#savedRevision) return
    this.saving = true
    try {
      const revision = this.sentinel.revision
      const encoder = this.#encoder()
      while (encoder.advance(SLICE_BYTES) > 0) await nextTurn()
      await this.#write(encoder.finish(), revision)
    } catch (err) {
      this.#tellFailure(err)
    } finally {
      this.saving = false
    }
  }

  /**
   * Has it written as it is now, all at once: nothing of it is needed afterwards.
   * @returns resolves once the file is there, and where it cannot be had
   */
  async setAside(): Promise<void> {
    try {
      await this.#write(this.#encoder().finish(), this.sentinel.revision)
    } catch (err) {
      this.#tellFailure(err)
    }
  }

  #encoder(): StateEncoder {
    return new StateEncoder({ ...this.sentinel.capture(), origin: { ...this.#origin } })
  }

  async #write(bytes: Uint8Array, revision: string): Promise<void> {
    await this.#files?.write(this.#origin.entity, bytes)
    this.#savedRevision = revision
    this.#log.debug({ ...this.#origin, bytes: bytes.length }, 'baseline written')
  }

  #tellFailure(err: unknown): void {
    const path = this.#files?.pathOf(this.#origin.entity)
    this.#log.error({ ...this.#origin, err, path }, 'a baseline cannot be written')
  }

  #restore(): void {
    if (this.#files === null) return
    const { entity } = this.#origin
    try {
      const bytes = this.#files.read(entity)
      if (bytes === null) return
      const state = decodeState(bytes)
      if (!isOf(state, this.#origin)) throw new StateError('it is of another baseline')
      this.sentinel.restore(state)
      // Incidents of long ago are over.
      this.sentinel.tick()
      this.#log.debug({ ...this.#origin, records: this.sentinel.detector.records }, 'baseline restored')
    } catch (error) {
      const details = { ...this.#origin, path: this.#files.pathOf(entity), reason: (error as Error).message }
      this.#log.error(details, 'the state of a baseline cannot be used and is set aside; it is learnt afresh')
      void this.#files.setAside(entity)
    }
  }
}

function isOf(state: StateValue, { detector, entity }: BaselineOrigin): boolean {
  const { origin } = (state ?? {}) as { readonly origin?: Partial<BaselineOrigin> | null }
  return origin?.detector === detector && origin.entity === entity
}
