/** Text of a value of JSON that has one of its own: text, a number, true or false; null for any other. */
export function valueText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null
}

/** The same as a number; NaN for what is none, and for text that is empty. */
export function valueNumber(value: unknown): number {
  const text = valueText(value)
  return text === null || text.trim() === '' ? Number.NaN : Number(text)
}
