import { ApiError } from '../errors/error-codes.js'
import { BATCH_RECORDS_MOST } from '../limits.js'

const FIRST_ROOM = 1024

/** Where the items of a batch stand in its bytes, and under which number they are answered. */
export class ItemIndex {
  #starts = new Uint32Array(FIRST_ROOM)
  #ends = new Uint32Array(FIRST_ROOM)
  #lines = new Uint32Array(FIRST_ROOM)
  readonly #faults = new Map<number, string>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /**
   * @param line as editors count, from 1
   * @param fault why it cannot be a record, where that is known already
   * @throws ApiError when there are too many
   */
  push(start: number, end: number, line: number, fault?: string): void {
    if (this.#size >= BATCH_RECORDS_MOST) throw tooMany()
    if (this.#size === this.#starts.length) {
      this.#starts = doubled(this.#starts)
      this.#ends = doubled(this.#ends)
      this.#lines = doubled(this.#lines)
    }
    if (fault !== undefined) this.#faults.set(this.#size, fault)
    this.#starts[this.#size] = start
    this.#ends[this.#size] = end
    this.#lines[this.#size] = line
    this.#size += 1
  }

  startOf(item: number): number {
    return this.#starts[item] as number
  }

  endOf(item: number): number {
    return this.#ends[item] as number
  }

  lineOf(item: number): number {
    return this.#lines[item] as number
  }

  faultOf(item: number): string | undefined {
    return this.#faults.size === 0 ? undefined : this.#faults.get(item)
  }
}

function doubled(full: Uint32Array): Uint32Array<ArrayBuffer> {
  const room = new Uint32Array(2 * full.length)
  room.set(full)
  return room
}

function tooMany(): ApiError {
  return new ApiError('SENTINEL_BODY_TOO_LARGE', `a batch holds ${BATCH_RECORDS_MOST} records at most`)
}
