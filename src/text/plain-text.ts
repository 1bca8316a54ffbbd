/**
 * Characters that a reader cannot see but a terminal, a log viewer or a language model acts on: controls,
 * bidirectional overrides, zero-width characters, tags, variation selectors, lone surrogates, private use.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu
const LINE_OR_SPACE = /[\t-\r\u0085\p{Z}]+/gu
/** More marks than any script stacks on one letter: they would be drawn over neighbouring lines. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu

/** Words of printable ASCII with one space between them, or nothing: such text is plain already. */
const PLAIN = /^(?:[!-~]+(?: [!-~]+)*)?$/

/**
 * Text from outside as one visible line: line breaks and runs of space become one space, invisible and
 * control characters go, and what is longer than `maxChars` UTF-16 units is cut (never inside a character)
 * and ends in an ellipsis.
 */
export function plainText(text: string, maxChars: number): string {
  if (text.length <= maxChars && PLAIN.test(text)) return text
  // Cut before the expressions run, so that any length of invisible padding costs the same.
  const head = text.slice(0, maxChars * 8)
  const line = head
    .replace(LINE_OR_SPACE, ' ')
    .replace(INVISIBLE, '')
    .normalize('NFC')
    .replace(STACKED_MARKS, '$1')
    .replace(LINE_OR_SPACE, ' ')
    .trim()
  return line.length <= maxChars ? line : `${cutAt(line, maxChars - 1)}…`
}

/** At most the first `maxChars` UTF-16 units of a line, never half a character, without space at the end. */
export function cutAt(line: string, maxChars: number): string {
  const half = line.length > maxChars && isHighSurrogate(line.charCodeAt(maxChars - 1))
  const end = half ? maxChars - 1 : maxChars
  return line.slice(0, end).trimEnd()
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
