import type { Feature } from '../features.js'
import type { TelemetryModel } from '../model.js'
import type { TelemetryRecord } from '../record.js'
import { RecordClock } from '../record-clock.js'
import type { SlotsState } from './keyed-slots.js'
import type { Memory } from './memory.js'

/** What was captured of derived values, by the names of their features. */
export type DerivedState = {
  readonly nowMs: number
  readonly memories: { readonly [feature: string]: SlotsState }
}

/** How far a live record's time may be ahead of the machine's. */
const AHEAD_MS = 60_000

/**
 * The memories of one detector's derived values, and its telemetry with features that read from them. A record is looked at,
 * judged, and then kept, unless it was only tried out.
 */
export class DerivedValues {
  readonly telemetry: TelemetryModel
  readonly #names: readonly string[]
  readonly #memories: readonly Memory[]
  readonly #values: Float64Array
  /** Where the records tell the time; null where the machine does. */
  readonly #byRecords: boolean
  readonly #clock: RecordClock
  /** When the record looked at last came. */
  #nowMs = 0

  /** @param replayed whether the records alone decide, and no clock of the machine */
  constructor(telemetry: TelemetryModel, replayed: boolean) {
    const remembering = telemetry.features.filter((feature) => feature.memory !== undefined)
    this.#names = remembering.map(({ name }) => name)
    this.#memories = remembering.map((feature) => (feature.memory as () => Memory)())
    this.#values = new Float64Array(remembering.length)
    this.#byRecords = replayed || telemetry.timed
    this.#clock = new RecordClock(replayed ? undefined : () => Date.now() + AHEAD_MS)
    const features = telemetry.features.map((feature): Feature => {
      const k = this.#names.indexOf(feature.name)
      if (k < 0) return feature
      const { absent = Number.NaN } = feature
      return {
        ...feature,
        extract: () => {
          const value = this.#values[k] as number
          return Number.isNaN(value) ? absent : value
        },
      }
    })
    this.telemetry = { ...telemetry, features }
  }

  /** Whether any feature of a telemetry has a memory. */
  static areIn({ features }: TelemetryModel): boolean {
    return features.some(({ memory }) => memory !== undefined)
  }

  /** @param atMs when the record came, where somebody else says so */
  look(record: TelemetryRecord, atMs?: number): void {
    const nowMs =
      atMs ?? (this.#byRecords ? this.#clock.ahead(this.telemetry.timestampOf(record)) : Date.now())
    this.#nowMs = nowMs
    for (let k = 0; k < this.#memories.length; k++) {
      const value = (this.#memories[k] as Memory).look(record, nowMs)
      // The difference of two of the largest numbers is none; what is NaN stays so.
      this.#values[k] = Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE)
    }
  }

  /** Keeps the record looked at last. */
  keep(): void {
    if (this.#byRecords) this.#clock.restore(Math.max(this.#clock.nowMs, this.#nowMs))
    for (const memory of this.#memories) memory.keep()
  }

  capture(): DerivedState {
    const memories = this.#memories.map((memory, k) => [this.#names[k] as string, memory.capture()] as const)
    return { nowMs: this.#clock.nowMs, memories: Object.fromEntries(memories) }
  }

  restore(state: unknown): void {
    const { nowMs, memories } = (state ?? {}) as Partial<DerivedState>
    if (typeof nowMs === 'number' && Number.isFinite(nowMs)) this.#clock.restore(nowMs)
    for (const [k, memory] of this.#memories.entries()) memory.restore(memories?.[this.#names[k] as string])
  }
}
