/** What stands for no value, where a declaration says what becomes of missing ones. JSON has no NaN, and others write it. */
export const MISSING_TEXTS = ['', '-', 'NaN']

/** Whether a value stands for none. */
export function isMissing(value: unknown): boolean {
  return (
    value === undefined || value === null || Number.isNaN(value) || MISSING_TEXTS.includes(value as string)
  )
}
