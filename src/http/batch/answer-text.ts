import { Readable } from 'node:stream'

/** From here on a piece of text is closed and the next one begun: a long text is costly to add to, and to send whole. */
const PIECE_CHARACTERS = 64 * 1024

/** What is sent as an answer: text, or one that is so long that it is sent in pieces. */
export type AnswerBody = string | AnswerPieces

/** A long text in pieces, so that nobody waits while it is made or sent. */
export class AnswerPieces {
  readonly bytes: number
  readonly #pieces: readonly Buffer[]

  constructor(pieces: readonly Buffer[]) {
    this.#pieces = pieces
    this.bytes = pieces.reduce((sum, { length }) => sum + length, 0)
  }

  stream(): AnswerStream {
    return new AnswerStream(this.#pieces, this.bytes)
  }
}

/** Its pieces, one when the one before it has gone. */
export class AnswerStream extends Readable {
  /** Of all of them together. */
  readonly bytes: number
  readonly #pieces: Iterator<Buffer>

  constructor(pieces: readonly Buffer[], bytes: number) {
    super({ highWaterMark: 1 })
    this.bytes = bytes
    this.#pieces = pieces[Symbol.iterator]()
  }

  override _read(): void {
    const { value, done } = this.#pieces.next()
    this.push(done === true ? null : value)
  }
}

/** A text that is made bit by bit, some of which are still to come, in order. */
export class AnswerText {
  readonly #pieces: (Buffer | Promise<string>)[] = []
  #open = ''

  add(text: string): void {
    this.#open += text
    if (this.#open.length >= PIECE_CHARACTERS) this.#close()
  }

  addLater(text: Promise<string>): void {
    this.#close()
    this.#pieces.push(text)
  }

  /** All of it, between what stands before and behind it. */
  async body(before = '', behind = ''): Promise<AnswerBody> {
    if (this.#pieces.length === 0) return before + this.#open + behind
    this.#open += behind
    this.#close()
    const pieces = await Promise.all(this.#pieces)
    return new AnswerPieces([
      Buffer.from(before),
      ...pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
    ])
  }

  #close(): void {
    if (this.#open !== '') this.#pieces.push(Buffer.from(this.#open))
    this.#open = ''
  }
}
