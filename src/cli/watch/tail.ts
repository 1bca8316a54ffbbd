import type { FileHandle } from 'node:fs/promises'
import { LineSplitter } from '../history/line-splitter.js'

const CHUNK_BYTES = 256 * 1024
/** So many bytes at the beginning of a file tell whether it is still the one that it was. */
const HEAD_BYTES = 256
/** A first line that is longer says nothing. */
const FIRST_LINE_BYTES = 64 * 1024

/** Lines that were added to a file. */
export interface Added {
  readonly lines: readonly string[]
  /** Whether the file begins with them. */
  readonly first: boolean
}

/** One open file, and how far it was read. */
export class Tail {
  readonly #file: FileHandle
  readonly ino: number
  readonly #splitter = new LineSplitter()
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  #at = 0
  #first = true
  #size = 0
  #head = Buffer.alloc(0)

  private constructor(file: FileHandle, ino: number) {
    this.#file = file
    this.ino = ino
  }

  static async of(file: FileHandle): Promise<Tail> {
    return new Tail(file, (await file.stat()).ino)
  }

  /** Leaves out what is there by now. @returns the first line, which may name the columns; empty where there is none */
  async skip(): Promise<string> {
    const { size } = await this.#file.stat()
    const begin = Buffer.alloc(Math.min(size, FIRST_LINE_BYTES))
    await this.#file.read(begin, 0, begin.length, 0)
    await this.#keepHead(size)
    // Behind the last line that is whole: the rest of one that is being written belongs to it.
    this.#at = await this.#lastLineEnd(size)
    this.#size = size
    this.#first = size === 0
    const end = begin.indexOf(0x0a)
    return end < 0 ? '' : begin.toString('utf8', 0, end)
  }

  /** What was added since. A file that was emptied meanwhile is read from its beginning. */
  async *added(): AsyncGenerator<Added> {
    const { size } = await this.#file.stat()
    if (size < this.#at || (size !== this.#size && (await this.#isAnother()))) this.#begin()
    this.#size = size
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#chunk, 0, CHUNK_BYTES, this.#at)
      if (bytesRead === 0) break
      if (await this.#isAnother()) {
        // It was emptied a moment ago, and this may be of the middle of what came then.
        this.#begin()
        continue
      }
      this.#extendHead(this.#chunk.subarray(0, bytesRead))
      this.#at += bytesRead
      yield* this.#told(this.#splitter.add(this.#chunk.subarray(0, bytesRead)))
    }
  }

  /** The last line, which nobody has ended. */
  *rest(): Generator<Added> {
    yield* this.#told(this.#splitter.end())
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  *#told(lines: readonly string[]): Generator<Added> {
    if (lines.length === 0) return
    yield { lines, first: this.#first }
    this.#first = false
  }

  #begin(): void {
    this.#splitter.clear()
    this.#at = 0
    this.#first = true
    this.#head = Buffer.alloc(0)
  }

  async #isAnother(): Promise<boolean> {
    const now = Buffer.alloc(this.#head.length)
    await this.#file.read(now, 0, now.length, 0)
    return !now.equals(this.#head)
  }

  /**
   * Adds to the head what was read behind it.
   * @param bytes as they were read: by now they may be others in the file
   */
  #extendHead(bytes: Buffer): void {
    const from = this.#head.length - this.#at
    const missing = HEAD_BYTES - this.#head.length
    if (from >= 0 && missing > 0)
      this.#head = Buffer.concat([this.#head, bytes.subarray(from, from + missing)])
  }

  async #keepHead(size: number): Promise<void> {
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES))
    await this.#file.read(head, 0, head.length, 0)
    this.#head = head
  }

  async #lastLineEnd(size: number): Promise<number> {
    const from = Math.max(0, size - CHUNK_BYTES)
    const { bytesRead } = await this.#file.read(this.#chunk, 0, CHUNK_BYTES, from)
    const end = this.#chunk.subarray(0, bytesRead).lastIndexOf(0x0a)
    return end < 0 ? size : from + end + 1
  }
}
