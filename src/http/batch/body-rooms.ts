import { BATCH_BODY_LIMIT_BYTES } from '../limits.js'

/**
 * Room for the bodies of batches, one of which is kept from a batch to the next. Memory that is asked for and given up with
 * each batch would be collected late, and the allocator keeps most of it: the process would grow by several bodies. Pages
 * of the room that nothing was ever in cost no memory.
 */
export class BodyRooms {
  #kept: Buffer | null = null
  readonly #lent = new WeakMap<object, Buffer>()

  /** Room for any body, until `takeBack`; where that does not come, the garbage collector gets it. */
  lend(to: object): Buffer {
    const room = this.#kept ?? Buffer.allocUnsafeSlow(BATCH_BODY_LIMIT_BYTES)
    this.#kept = null
    this.#lent.set(to, room)
    return room
  }

  /** To be called once nobody reads any more what is in it: the next body will be. */
  takeBack(from: object): void {
    const room = this.#lent.get(from)
    if (room === undefined) return
    this.#lent.delete(from)
    this.#kept ??= room
  }
}
