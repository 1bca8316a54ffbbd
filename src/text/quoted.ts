const ELLIPSIS = '…'
/** What JSON leaves as it is and a terminal or a log viewer may still act on. */
const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** JSON text with those characters as escapes: the same value, and one visible line whoever shows it. */
export function visibleJson(json: string): string {
  return json.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Text from outside, in quotation marks: bounded, on one line, control characters shown as escapes. */
export function quoted(text: string, maxChars = 60): string {
  const head = text.length <= maxChars ? text : text.slice(0, maxChars)
  const safe = visibleJson(JSON.stringify(head))
  return text.length <= maxChars ? safe : `${safe.slice(0, -1)}${ELLIPSIS}"`
}
