import { PbfReader } from 'pbf'
import type { ByteTexts } from './byte-texts.js'

const LENGTH_DELIMITED = 2
const FIXED_64 = 1
/** Nanoseconds to milliseconds, of the upper half of 64 bits. */
const UPPER_HALF_MS = 2 ** 32 / 1e6

/**
 * Walks through protobuf messages with pbf's reader, which trusts lengths and types: here they are checked.
 * Every method throws a RangeError where the bytes are not what the message has to be.
 */
export class MessageReader {
  readonly #bytes: Buffer
  readonly #texts: ByteTexts
  readonly #pbf: PbfReader

  /** @param texts that were read before */
  constructor(bytes: Buffer, texts: ByteTexts) {
    this.#bytes = bytes
    this.#texts = texts
    this.#pbf = new PbfReader(bytes)
  }

  get at(): number {
    return this.#pbf.pos
  }

  moveTo(at: number): void {
    // pbf skips a value that was not read: this one is not to be skipped.
    this.#pbf._valueStart = -1
    this.#pbf.pos = at
  }

  /** Number of the next field of the message that ends there; 0 at its end. */
  next(end: number): number {
    const field = this.#pbf.nextField(end)
    if (field === 0 && this.#pbf.pos !== end) throw malformed()
    return field
  }

  /** Where the message, text or bytes of this field end, which begin here. */
  enter(end: number): number {
    if (this.#pbf.type !== LENGTH_DELIMITED) throw malformed()
    const length = this.#pbf.readVarint()
    const inner = this.#pbf.pos + length
    if (!(length >= 0 && inner <= end)) throw malformed()
    return inner
  }

  text(end: number): string {
    const to = this.enter(end)
    const from = this.#pbf.pos
    this.#pbf.pos = to
    return this.#texts.of(this.#bytes, from, to)
  }

  /** Moves behind the text or bytes of this field. @returns where they begin */
  pass(end: number): number {
    const to = this.enter(end)
    const from = this.#pbf.pos
    this.#pbf.pos = to
    return from
  }

  hex(from: number, to: number): string {
    return this.#bytes.toString('hex', from, to)
  }

  integer(): number {
    return this.#pbf.readVarint(true)
  }

  double(): number {
    return this.#pbf.readDouble()
  }

  /** The lower half of a fixed64 of nanoseconds; `upper` is next. A number of JavaScript would lose the last 8 bits. */
  lower(): number {
    if (this.#pbf.type !== FIXED_64) throw malformed()
    return this.#pbf.readFixed32()
  }

  upper(): number {
    return this.#pbf.readFixed32()
  }
}

/** Milliseconds of a time, or between two. */
export function millisecondsOf(upper: number, lower: number): number {
  return upper * UPPER_HALF_MS + lower / 1e6
}

function malformed(): RangeError {
  return new RangeError('the body is not the protobuf message that it should be')
}
