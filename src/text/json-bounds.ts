const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const COMMA = 0x2c
/** A brace is a bracket with this bit set. */
const BRACE_BIT = 0x20

/** How much there is in a JSON text. */
export interface JsonBounds {
  /** Arrays and objects in one another. */
  readonly depth: number
  readonly objects: number
  readonly arrays: number
  /** Commas outside of strings: with the arrays and objects, at least as many values as there are. */
  readonly commas: number
}

/**
 * Counts what a JSON text would become, before anything parses it: a parser takes many times the memory of a text that
 * is nothing but brackets. What is no JSON is counted, too.
 * @param utf8 the text in UTF-8
 */
export function jsonBounds(utf8: Uint8Array): JsonBounds {
  let depth = 0
  let deepest = 0
  let objects = 0
  let arrays = 0
  let commas = 0
  for (let at = 0; at < utf8.length; at++) {
    const byte = utf8[at] as number
    if (byte === QUOTE) {
      at = endOfString(utf8, at)
    } else if (byte === COMMA) {
      commas++
    } else if ((byte & ~BRACE_BIT) === OPENING_BRACKET) {
      if (byte === OPENING_BRACKET) arrays++
      else objects++
      if (++depth > deepest) deepest = depth
    } else if ((byte & ~BRACE_BIT) === CLOSING_BRACKET) {
      depth--
    }
  }
  return { depth: deepest, objects, arrays, commas }
}

/** Where the quotation mark is that ends a string. */
function endOfString(utf8: Uint8Array, start: number): number {
  let at = start + 1
  while (at < utf8.length && utf8[at] !== QUOTE) at += utf8[at] === BACKSLASH ? 2 : 1
  return at
}
