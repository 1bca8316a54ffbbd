import { SLICE_BYTES } from '../batch/index-lines.js'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  closingQuote,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipBlank,
  ValueScan,
} from '../batch/value-scan.js'

/** What is done with a value: it is gone through, or skipped. Returns the byte behind it. */
export type Visit = (at: number) => Generator<void, number>
/** The same for a member of an object; undefined to have it skipped. */
export type VisitMember = (name: string) => Visit | undefined

/**
 * Goes through JSON without parsing it, to find what is to be parsed piece by piece. Yields now and then, so that whoever
 * waits for the event loop may have it. Every method throws a SyntaxError where the brackets, names and commas that it
 * goes along are not those of JSON.
 */
export class JsonWalk {
  readonly bytes: Buffer
  readonly #scan: ValueScan
  #pauseAt = SLICE_BYTES

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.#scan = new ValueScan(bytes, 0)
  }

  /** The first byte from `at` on that is not blank. */
  ink(at: number): number {
    return skipBlank(this.bytes, at, this.bytes.length)
  }

  /** The byte behind a value, whatever it is. */
  *skip(at: number): Generator<void, number> {
    const scan = this.#scan
    const end = this.bytes.length
    scan.start(at)
    while (!scan.run(Math.min(scan.at + SLICE_BYTES, end)) && scan.at < end) yield
    if (scan.at === at || scan.isOpen || scan.at > end) throw malformed()
    return scan.at
  }

  /** Goes through the object that begins there. */
  *members(from: number, visit: VisitMember): Generator<void, number> {
    let at = this.#opened(from, OPEN_BRACE)
    if (this.bytes[at] === CLOSE_BRACE) return at + 1
    for (;;) {
      if (this.bytes[at] !== QUOTE) throw malformed()
      const close = closingQuote(this.bytes, at, this.bytes.length)
      const name = this.bytes.toString('utf8', at + 1, close)
      const colon = this.ink(close + 1)
      if (this.bytes[colon] !== COLON) throw malformed()
      const value = this.ink(colon + 1)
      const behind = this.ink(yield* (visit(name) ?? this.#skipping)(value))
      if (this.bytes[behind] === CLOSE_BRACE) return behind + 1
      at = this.#behindComma(behind)
      yield* this.#pause(at)
    }
  }

  /** Goes through the list that begins there. */
  *elements(from: number, visit: Visit): Generator<void, number> {
    let at = this.#opened(from, OPEN_BRACKET)
    if (this.bytes[at] === CLOSE_BRACKET) return at + 1
    for (;;) {
      const behind = this.ink(yield* visit(at))
      if (this.bytes[behind] === CLOSE_BRACKET) return behind + 1
      at = this.#behindComma(behind)
      yield* this.#pause(at)
    }
  }

  readonly #skipping: Visit = (at) => this.skip(at)

  #opened(from: number, bracket: number): number {
    if (this.bytes[from] !== bracket) throw malformed()
    return this.ink(from + 1)
  }

  #behindComma(at: number): number {
    if (this.bytes[at] !== COMMA) throw malformed()
    return this.ink(at + 1)
  }

  *#pause(at: number): Generator<void> {
    if (at < this.#pauseAt) return
    this.#pauseAt = at + SLICE_BYTES
    yield
  }
}

function malformed(): SyntaxError {
  return new SyntaxError('it is not valid JSON')
}
