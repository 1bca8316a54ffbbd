/** Small pieces are copied together into chunks of this size; larger ones than a part of it stay as they are. */
const CHUNK_BYTES = 2 ** 16
const COPIED_UP_TO = 2 ** 12

/** Bytes one after the other that are put together later: nothing that was added is copied when more comes. */
export class ByteChunks {
  readonly #chunks: Uint8Array[] = []
  #open: Uint8Array = new Uint8Array(0)
  #used = 0
  #length = 0

  /** Bytes in all. */
  get length(): number {
    return this.#length
  }

  /** Adds bytes, which must not change afterwards. */
  push(bytes: Uint8Array): void {
    this.#length += bytes.length
    if (bytes.length > COPIED_UP_TO) {
      this.#close()
      this.#chunks.push(bytes)
      return
    }
    if (this.#used + bytes.length > this.#open.length) {
      this.#close()
      this.#open = new Uint8Array(CHUNK_BYTES)
    }
    this.#open.set(bytes, this.#used)
    this.#used += bytes.length
  }

  /** Takes the first chunk out; undefined when there is none left. */
  shift(): Uint8Array | undefined {
    this.#close()
    return this.#chunks.shift()
  }

  /** Begins a new chunk behind what is there. */
  #close(): void {
    if (this.#used > 0) this.#chunks.push(this.#open.subarray(0, this.#used))
    this.#open = this.#open.subarray(this.#used)
    this.#used = 0
  }
}
