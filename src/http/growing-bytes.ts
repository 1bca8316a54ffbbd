const FIRST_ROOM = 64 * 1024
/** Above it a larger room is not twice as large but as large as it may become: to copy more would hold up others. */
const COPIED_MOST = 1024 * 1024

/**
 * Bytes that come in pieces, in one place. The room that nothing is in yet costs no memory: the system gives it page by page.
 */
export class GrowingBytes {
  readonly #most: number
  #room: Buffer
  #length = 0

  /** @param most how many there will be at most */
  constructor(most: number) {
    this.#most = most
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
    return true
  }

  /** All of them: a view. */
  bytes(): Buffer {
    return this.#room.subarray(0, this.#length)
  }

  #grow(length: number): void {
    const wanted = Math.max(length, 2 * this.#room.length)
    const room = Buffer.allocUnsafe(wanted > COPIED_MOST ? this.#most : Math.min(wanted, this.#most))
    room.set(this.bytes())
    this.#room = room
  }
}
