const ELLIPSIS = '…'
/** What JSON leaves as it is and a terminal or a log viewer may still act on. */
const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Text from outside, in quotation marks: bounded, on one line, control characters shown as escapes. */
export function quoted(text: string, maxChars = 60): string {
  const head = text.length <= maxChars ? text : text.slice(0, maxChars)
  const safe = JSON.stringify(head).replace(
    UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return text.length <= maxChars ? safe : `${safe.slice(0, -1)}${ELLIPSIS}"`
}
