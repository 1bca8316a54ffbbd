import { inflateRawSync } from 'node:zlib'
import { MAX_STATE_BYTES } from '../../state/file/whole-file.js'
import { StateError } from '../../state/section.js'

/**
 * What a model may be unpacked to: so many times what it is packed, and at least so much. It has numbers in it, which cannot
 * be packed much; only what nobody of the fleet has made comes to a thousand times as much.
 */
const TIMES = 32
const LEAST_BYTES = 16 * 2 ** 20

/** How much of a model may still be unpacked. */
export class Room {
  #bytes: number

  /** @param packedBytes of the whole model */
  constructor(packedBytes: number) {
    this.#bytes = Math.min(MAX_STATE_BYTES, Math.max(LEAST_BYTES, TIMES * packedBytes))
  }

  /** Bytes. */
  get left(): number {
    return Math.max(1, this.#bytes)
  }

  /** That much was unpacked. */
  take(unpacked: Uint8Array): void {
    this.#bytes -= unpacked.length
  }

  /**
   * Unpacks a part at once: a few routes.
   * @throws StateError for bytes that are damaged, and for more than there is room for
   */
  unpack(part: Uint8Array): Uint8Array {
    try {
      const unpacked = inflateRawSync(part, { maxOutputLength: this.left })
      this.take(unpacked)
      return unpacked
    } catch (error) {
      return refuse(error as Error)
    }
  }
}

/** @throws StateError always */
export function refuse(error: Error): never {
  throw new StateError(`it cannot be unpacked: ${error.message}`)
}
