const NEWLINE = 0x0a
/** A line that is longer is given as so much of it: no record is. */
const LONGEST_BYTES = 1024 * 1024

/** Makes lines of bytes that come in pieces. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0)

  /** The lines that end in this piece; the bytes are copied where they are kept. */
  add(chunk: Buffer): string[] {
    const end = chunk.lastIndexOf(NEWLINE)
    if (end < 0) {
      const room = LONGEST_BYTES - this.#rest.length
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, room)])
      return []
    }
    const whole = chunk.subarray(0, end)
    const text = this.#rest.length === 0 ? whole : Buffer.concat([this.#rest, whole])
    this.#rest = Buffer.from(chunk.subarray(end + 1))
    return text.toString().split('\n')
  }

  /** The last line, where nothing ends it. */
  end(): string[] {
    const lines = this.#rest.length === 0 ? [] : this.#rest.toString().split('\n')
    this.clear()
    return lines
  }

  clear(): void {
    this.#rest = Buffer.alloc(0)
  }
}
