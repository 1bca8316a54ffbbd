import { collectYoung } from '../../v8/young-collection.js'

const FIRST_ROOM = 64 * 1024
/** Above it a larger room is not twice as large but as large as it may become: to copy more would hold up others. */
const COPIED_MOST = 1024 * 1024
/** The pieces that they came in are garbage, and are collected whenever there is so much of them. */
const COLLECTED_BYTES = 1024 * 1024

/**
 * Bytes that come in pieces, in one place. The room that nothing is in yet costs no memory: the system gives it page by page.
 */
export class GrowingBytes {
  readonly #most: number
  readonly #largeRoom: (bytes: number) => Buffer
  #room: Buffer
  #length = 0
  #collectAt = COLLECTED_BYTES

  /**
   * @param most how many there will be at most
   * @param largeRoom gives room for that many, where they are many
   */
  constructor(most: number, largeRoom: (bytes: number) => Buffer = Buffer.allocUnsafe) {
    this.#most = most
    this.#largeRoom = largeRoom
    this.#room = Buffer.allocUnsafe(Math.min(most, FIRST_ROOM))
  }

  get length(): number {
    return this.#length
  }

  /** @returns whether there was room for it */
  add(piece: Uint8Array): boolean {
    const length = this.#length + piece.length
    if (length > this.#most) return false
    if (length > this.#room.length) this.#grow(length)
    this.#room.set(piece, this.#length)
    this.#length = length
    if (length >= this.#collectAt) {
      this.#collectAt = length + COLLECTED_BYTES
      collectYoung()
    }
    return true
  }

  /** All of them: a view. */
  bytes(): Buffer {
    return this.#room.subarray(0, this.#length)
  }

  #grow(length: number): void {
    const wanted = Math.max(length, 2 * this.#room.length)
    const room =
      wanted > COPIED_MOST ? this.#largeRoom(this.#most) : Buffer.allocUnsafe(Math.min(wanted, this.#most))
    room.set(this.bytes())
    this.#room = room
  }
}
