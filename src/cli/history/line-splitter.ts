const NEWLINE = 0x0a
/** A line that is longer is no record, whatever is in it. */
export const LONGEST_LINE_BYTES = 1024 * 1024
/** What is given in the place of such a line. */
export const TOO_LONG = '\u0000'

/** Makes lines of bytes that come in pieces. */
export class LineSplitter {
  /** The line that has not ended yet, but for one that is too long. */
  #rest: Buffer = Buffer.alloc(0)
  #tooLong = false

  /** The lines that end in this piece; the bytes are copied where they are kept. */
  add(chunk: Buffer): string[] {
    const end = chunk.lastIndexOf(NEWLINE)
    if (end < 0) {
      this.#keep(chunk)
      return []
    }
    const lines = this.#linesUntil(chunk, end)
    this.#keep(chunk.subarray(end + 1))
    return lines
  }

  /** The last line, where nothing ends it. */
  end(): string[] {
    return this.#rest.length === 0 && !this.#tooLong ? [] : [this.#take()]
  }

  clear(): void {
    this.#rest = Buffer.alloc(0)
    this.#tooLong = false
  }

  #linesUntil(chunk: Buffer, end: number): string[] {
    if (this.#rest.length === 0 && !this.#tooLong) return chunk.toString('utf8', 0, end).split('\n')
    const firstEnd = chunk.indexOf(NEWLINE)
    this.#keep(chunk.subarray(0, firstEnd))
    const first = this.#take()
    if (firstEnd === end) return [first]
    return [first].concat(chunk.toString('utf8', firstEnd + 1, end).split('\n'))
  }

  #take(): string {
    const line = this.#tooLong ? TOO_LONG : this.#rest.toString()
    this.clear()
    return line
  }

  #keep(piece: Buffer): void {
    if (this.#tooLong || piece.length === 0) return
    if (this.#rest.length + piece.length > LONGEST_LINE_BYTES) {
      this.#rest = Buffer.alloc(0)
      this.#tooLong = true
      return
    }
    this.#rest = Buffer.concat([this.#rest, piece])
  }
}
