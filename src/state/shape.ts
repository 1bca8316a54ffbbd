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

/** Numbers in bulk, so many of them where a length is given, and each as it must be. */
function bulk(isRight: (value: number) => boolean) {
  return (length?: number): Check =>
    (value) =>
      value instanceof Float64Array &&
      (length === undefined || value.length === length) &&
      value.every((each) => isRight(each))
}

function isAscending(column: unknown): boolean {
  const isColumn = column instanceof Float32Array || column instanceof Float64Array
  return (
    isColumn &&
    column.every((each, i) => Number.isFinite(each) && (i === 0 || each >= (column[i - 1] as number)))
  )
}

/** What a field may be. A state is read by few lines, so that a library of schemas need not be loaded for it. */
export const is = {
  text: (value: unknown): boolean => typeof value === 'string',
  number: (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value),
  amount: (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < Infinity,
  count: (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0,
  share: (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1,
  /** A time as text, in any form that can be read. */
  time: (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  flag: (value: unknown): boolean => typeof value === 'boolean',
  /** f64, finite. */
  numbers: bulk(Number.isFinite),
  /** f64, finite, 0 or more. */
  amounts: bulk((value) => value >= 0 && value < Infinity),
  /** f64, finite, above 0. */
  positives: bulk((value) => value > 0 && value < Infinity),
  /** So many columns of one length, which is not 0, each ascending. */
  columns:
    (n: number): Check =>
    (value) =>
      Array.isArray(value) &&
      value.length === n &&
      value.every((column) => isAscending(column) && column.length > 0 && column.length === value[0].length),
  listOf:
    (check: Check): Check =>
    (value) =>
      Array.isArray(value) && value.every(check),
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

/** For what a state of before lacks. */
export function orLeftOut(check: Check): Check {
  return (value) => value === undefined || check(value)
}
