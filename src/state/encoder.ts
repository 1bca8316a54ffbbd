import { ByteChunks } from './byte-chunks.js'
import { crc32 } from './checksum.js'
import { aligned, HEADER_BYTES, MAGIC, VERSION } from './layout.js'
import type { StateArray } from './section.js'
import { StateText } from './state-text.js'

/** Text that is collected before it becomes bytes. */
const TEXT_CHARS = 2 ** 13
/** Bytes that are copied, and summed up, at a time; and how many of them take as long as one that is made. */
const COPIED_BYTES = 2 ** 17
const COPIED_FOR_ONE = 16
const PADDING = new Uint8Array(8)

/**
 * Makes a state into bytes, a few at a time, so that whoever waits for the event loop need not wait for all of it.
 */
export class StateEncoder {
  readonly #text: StateText
  readonly #index = new ByteChunks()
  readonly #arrays = new ByteChunks()
  /** The state, once its length is known. */
  #bytes: Uint8Array | null = null
  #arraysAt = 0
  #copied = 0
  /** A chunk that is being copied. */
  #chunk: Uint8Array = new Uint8Array(0)
  #summed = 0
  #crc = 0

  /** @param state plain data, which may have late parts in it */
  constructor(state: unknown) {
    this.#text = new StateText(state, (array) => this.#referTo(array))
  }

  /**
   * Goes on until so much is done, or a little more: as much as one item of a list, or one step of a late value, makes.
   * @param work in bytes of the state that are made
   * @returns the work that was done; 0 when the state is whole
   */
  advance(work: number): number {
    let done = 0
    while (done < work) {
      const step = this.#step()
      if (step === 0) break
      done += step
    }
    return done
  }

  /** The whole state. */
  finish(): Uint8Array {
    while (this.advance(Number.POSITIVE_INFINITY) > 0);
    return this.#bytes as Uint8Array
  }

  #step(): number {
    if (this.#bytes === null) return this.#write()
    if (this.#copied < this.#bytes.length) return this.#copy(this.#bytes)
    return this.#sumUp(this.#bytes)
  }

  #write(): number {
    const text = this.#text
    const [chars, bytes] = [text.length, this.#arrays.length]
    const made = text.advance() + text.length - chars + (this.#arrays.length - bytes) / COPIED_FOR_ONE
    if (text.length >= TEXT_CHARS || text.done) this.#index.push(new TextEncoder().encode(text.take()))
    if (text.done) this.#layOut()
    return Math.max(1, made)
  }

  /** Adds an array; returns what stands for it in the index. */
  #referTo(array: StateArray): string {
    const at = this.#arrays.length
    this.#arrays.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    this.#arrays.push(PADDING.subarray(0, aligned(array.byteLength) - array.byteLength))
    return `{"$":"${array.constructor.name}","at":${at},"n":${array.length}}`
  }

  /** Now that the lengths are known: everything but the header is still to be copied. */
  #layOut(): void {
    const { length } = this.#index
    this.#arraysAt = aligned(HEADER_BYTES + length)
    const bytes = new Uint8Array(this.#arraysAt + this.#arrays.length)
    const header = new DataView(bytes.buffer, 0, HEADER_BYTES)
    bytes.set(MAGIC)
    header.setUint32(8, VERSION, true)
    header.setUint32(12, bytes.length, true)
    header.setUint32(20, length, true)
    this.#bytes = bytes
    this.#copied = HEADER_BYTES
  }

  #copy(bytes: Uint8Array): number {
    if (this.#chunk.length === 0) {
      const next = this.#index.shift()
      if (next === undefined && this.#copied < this.#arraysAt) this.#copied = this.#arraysAt
      this.#chunk = next ?? this.#arrays.shift() ?? new Uint8Array(0)
    }
    const piece = this.#chunk.subarray(0, COPIED_BYTES)
    bytes.set(piece, this.#copied)
    this.#copied += piece.length
    this.#chunk = this.#chunk.subarray(piece.length)
    return Math.max(1, piece.length / COPIED_FOR_ONE)
  }

  #sumUp(bytes: Uint8Array): number {
    if (this.#summed === bytes.length) return 0
    const piece = bytes.subarray(this.#summed, this.#summed + COPIED_BYTES)
    this.#crc = crc32(piece, this.#crc)
    this.#summed += piece.length
    if (this.#summed === bytes.length) new DataView(bytes.buffer).setUint32(16, this.#crc, true)
    return Math.max(1, piece.length / COPIED_FOR_ONE)
  }
}
