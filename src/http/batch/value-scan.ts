export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
const BACKSLASH = 0x5c

/**
 * Finds where JSON values end, without parsing them: by brackets and commas outside of strings. It can stop anywhere and
 * go on, for a body may be large. What it takes for a value need not be one; parsing will tell.
 */
export class ValueScan {
  readonly #bytes: Uint8Array
  /** The byte to be looked at next. */
  at: number
  #depth = 0
  #inString = false

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** Whether the end came within brackets or a string. */
  get isOpen(): boolean {
    return this.#depth > 0 || this.#inString
  }

  /** Begins with the value at a byte that is not blank. */
  start(at: number): void {
    this.at = at
    this.#depth = 0
    this.#inString = false
  }

  /** Goes on behind the bracket of a list or object that is open already. */
  startWithin(at: number): void {
    this.start(at)
    this.#depth = 1
  }

  /**
   * Goes on to the end of the value, so that `at` is behind its last bracket, or at the comma or bracket that follows it.
   * @param stop the byte before which to stop in any case
   * @returns whether the value ended
   */
  run(stop: number): boolean {
    const bytes = this.#bytes
    let depth = this.#depth
    let inString = this.#inString
    let at = this.at
    let ended = false
    for (; at < stop; at++) {
      const byte = bytes[at] as number
      if (inString) {
        if (byte === BACKSLASH) at++
        else if (byte === QUOTE) inString = false
      } else if (byte === QUOTE) {
        inString = true
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth++
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        ended = depth <= 1
        if (ended) {
          if (depth === 1) at++
          depth = 0
          break
        }
        depth--
      } else if (byte === COMMA && depth === 0) {
        ended = true
        break
      }
    }
    this.at = at
    this.#depth = depth
    this.#inString = inString
    return ended
  }
}

/** Where the string ends whose quote stands at `open`: at its closing quote, or `end`. */
export function closingQuote(bytes: Uint8Array, open: number, end: number): number {
  let at = open + 1
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return Math.min(at, end)
}

/** The first byte from `at` on that is not blank, or `to`. */
export function skipBlank(bytes: Uint8Array, at: number, to: number): number {
  let next = at
  while (next < to && isBlank(bytes[next] as number)) next++
  return next
}

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
