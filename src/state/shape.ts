/** Says whether a value may stand in a field. */
type Check = (value: unknown) => boolean

/** A check for each field; the compiler sees to it that none is left out. */
export type Checks<T> = { readonly [Name in keyof T]-?: Check }

/** Whether a value of unknown origin is an object whose every field passes its check. */
export function hasShape<T extends object>(value: unknown, checks: Checks<T>): value is T {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Readonly<Record<string, unknown>>
  return Object.entries<Check>(checks).every(([name, check]) => check(fields[name]))
}

/** What a field may be. A state is read by few lines, so that a library of schemas need not be loaded for it. */
export const is = {
  text: (value: unknown): boolean => typeof value === 'string',
  number: (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value),
  count: (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0,
  share: (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1,
  /** A time as text, in any form that can be read. */
  time: (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  texts: (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  orNull:
    (check: Check): Check =>
    (value) =>
      value === null || check(value),
  oneOf:
    (...allowed: readonly string[]): Check =>
    (value) =>
      typeof value === 'string' && allowed.includes(value),
  matching:
    (pattern: RegExp): Check =>
    (value) =>
      typeof value === 'string' && pattern.test(value),
  shaped:
    <T extends object>(checks: Checks<T>): Check =>
    (value) =>
      hasShape(value, checks),
}
