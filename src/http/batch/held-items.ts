import type { TelemetryRecord } from '../../telemetry/record.js'
import type { RejectedLine } from '../schemas/batch.js'
import type { ItemJudge } from './judge-item.js'

/**
 * Items of a batch that are held for each baseline, and in all, and bytes of them. What judging by a baseline reads is a few
 * hundred kilobytes, which come into the processor's caches with the first hundred records or so.
 */
const HELD_FOR_EACH = 256
const HELD_MOST = 16_384
const HELD_MOST_BYTES = 4 * 2 ** 20

/** A record of a batch, and what came of it. */
export interface Accepted {
  readonly line: number
  readonly record: TelemetryRecord
  threat: ReturnType<ItemJudge['judge']>
}

/** An item that was read and checked. */
export type Found = Accepted | RejectedLine

/** Items that wait to be judged. */
export class HeldItems {
  /** As they came. */
  readonly all: Found[] = []
  readonly #groups = new Map<object, Accepted[]>()
  #bytes = 0

  /** @param owner of a record; null for what is none */
  add(one: Found, owner: object | null, bytes: number): void {
    this.all.push(one)
    this.#bytes += bytes
    if (owner === null || !('record' in one)) return
    const group = this.#groups.get(owner)
    if (group === undefined) this.#groups.set(owner, [one])
    else group.push(one)
  }

  /** Those of each baseline, as they came. */
  get groups(): Iterable<Accepted[]> {
    return this.#groups.values()
  }

  get isFull(): boolean {
    const { length } = this.all
    return (
      length >= HELD_MOST || length >= HELD_FOR_EACH * this.#groups.size || this.#bytes >= HELD_MOST_BYTES
    )
  }
}
