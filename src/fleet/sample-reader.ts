import type { SentinelLog } from '../sentinel/options.js'
import type { FleetBus, SentBatch } from './bus/fleet-bus.js'
import type { FleetFigures } from './fleet-figures.js'
import type { LearningOptions } from './fleet-options.js'
import type { FleetTime } from './fleet-time.js'
import { isBefore } from './fleet-words.js'
import { decodeBatch, SampleError } from './samples/sample-codec.js'
import type { Teacher } from './teacher.js'

/** Batches that are read at a time. */
const BATCHES = 200
/** Looks for samples that found none, after which it is asked whether the stream began anew. */
const EMPTY_LOOKS = 20

export interface SampleReaderParts {
  readonly bus: FleetBus
  readonly learning: LearningOptions
  readonly figures: FleetFigures
  readonly time: FleetTime
  readonly leaseMs: number
  readonly log: SentinelLog
}

/** Reads what all replicas have sampled, in its order, for a teacher to learn from. */
export class SampleReader {
  /** Of the last batch that was read. */
  position = ''
  readonly #parts: SampleReaderParts
  #emptyLooks = 0

  constructor(parts: SampleReaderParts) {
    this.#parts = parts
  }

  /**
   * Reads on while there is more, unless the lease has to be seen to.
   * @param goesOn whether it is still this teacher that learns
   * @throws Error where the bus does not answer
   */
  async readFor(teacher: Teacher, goesOn: () => boolean): Promise<void> {
    const { bus, figures, time, leaseMs } = this.#parts
    const untilMs = time.nowMs + leaseMs / 8
    let most = 0
    for (let read = BATCHES; read === BATCHES && time.nowMs < untilMs; ) {
      const batches = await bus.read(this.position, BATCHES)
      read = batches.length
      most = Math.max(most, read)
      for (const batch of batches) {
        if (!goesOn()) return
        await this.#take(teacher, batch)
      }
    }
    teacher.pass()
    figures.samples.learnt += teacher.learnt
    figures.samples.leftOut += teacher.leftOut
    teacher.learnt = teacher.leftOut = 0
    figures.replicas = teacher.replicas.known
    figures.suspects = teacher.replicas.suspect
    this.#emptyLooks = most > 0 ? 0 : this.#emptyLooks + 1
    if (this.#emptyLooks >= EMPTY_LOOKS) await this.#findStream()
  }

  async #take(teacher: Teacher, { position, bytes }: SentBatch): Promise<void> {
    const { learning, figures, log } = this.#parts
    this.position = position
    try {
      await teacher.feed(decodeBatch(bytes, learning.telemetry.features.length))
    } catch (error) {
      if (!(error instanceof SampleError)) throw error
      if (figures.batches.bad++ === 0)
        log.warn({ reason: error.message }, 'samples that cannot be read are left out')
    }
  }

  /** A stream that was lost may have begun anew before where the one before had ended. */
  async #findStream(): Promise<void> {
    this.#emptyLooks = 0
    const newest = await this.#parts.bus.newest()
    if (newest !== '' && isBefore(newest, this.position)) this.position = ''
  }
}
