/** Bytes that are made text in one go: some hundred records. */
const WINDOW_BYTES = 32 * 1024

/**
 * The text of many items that stand in bytes one behind the other: made of a stretch of them at a time, and cut. One by
 * one each would cost several times that.
 */
export class TextWindow {
  readonly #bytes: Buffer
  #from = 0
  #to = 0
  #text = ''
  /** Whether each byte is one character. */
  #even = false
  #plain = false

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The text of the bytes from one place up to another, in UTF-8. */
  text(from: number, to: number): string {
    if (from < this.#from || to > this.#to) this.#move(from, to)
    return this.#even
      ? this.#text.slice(from - this.#from, to - this.#from)
      : this.#bytes.toString('utf8', from, to)
  }

  /**
   * Whether the text taken last is sure to have no key that is forbidden in JSON, and no byte order mark: nearly every
   * text is, and need not be searched for those.
   */
  get isPlain(): boolean {
    return this.#plain
  }

  #move(from: number, to: number): void {
    this.#from = from
    this.#to = Math.max(to, Math.min(from + WINDOW_BYTES, this.#bytes.length))
    this.#text = this.#bytes.toString('utf8', from, this.#to)
    this.#even = this.#text.length === this.#to - from
    this.#plain = this.#even && !SUSPICIOUS.some((mark) => this.#text.includes(mark))
  }
}

/** Forbidden keys, and what they may be hidden behind. */
const SUSPICIOUS = ['__proto__', 'constructor', '\\u']
