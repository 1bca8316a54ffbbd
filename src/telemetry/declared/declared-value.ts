import { RecordError } from '../check-record.js'
import type { FeatureDeclaration } from './declaration.js'
import { numberReader, plainNumber, type ReadNumber } from './number-text.js'

/** What a value of a field is as a number; NaN where it is missing and something else is done about that. */
export type ReadNumberOf = (value: unknown) => number

/** What stands for no value, where a declaration says what becomes of missing ones. JSON has no NaN, and others write it. */
export const MISSING_TEXTS = ['', '-', 'NaN']

/** What a declaration says of values, with its defaults. */
export type ValueRules = Required<Pick<FeatureDeclaration, 'missing' | 'coerce'>> &
  Pick<FeatureDeclaration, 'locale'>

/**
 * What reads the values of a field.
 * @param shown what messages call the field
 * @throws Error where there is no such locale
 */
export function valueReader(shown: string, { missing, coerce, locale }: ValueRules): ReadNumberOf {
  const inText = coerce ? (locale === undefined ? plainNumber : numberReader(locale)) : null
  const standIn = typeof missing === 'number' ? missing : Number.NaN
  const mayLack = missing !== 'refuse'
  const allowed = allowedValues(inText, locale, mayLack)
  const rare = (value: unknown): number => {
    if (mayLack && isMissing(value)) return standIn
    if (inText !== null) {
      if (typeof value === 'boolean') return value ? 1 : 0
      const number = typeof value === 'string' ? inText(value) : Number.NaN
      if (Number.isFinite(number)) return number
    }
    throw new RecordError(`${shown} must be ${allowed}; got ${kindOf(value)}`)
  }
  return (value) => (typeof value === 'number' && Number.isFinite(value) ? value : rare(value))
}

/** Whether a value stands for none. */
export function isMissing(value: unknown): boolean {
  return (
    value === undefined || value === null || Number.isNaN(value) || MISSING_TEXTS.includes(value as string)
  )
}

function allowedValues(inText: ReadNumber | null, locale: string | undefined, mayLack: boolean): string {
  const text =
    inText === null ? '' : `, true, false or text that is one${locale === undefined ? '' : ` (${locale})`}`
  return `a finite number${text}${mayLack ? ', or be missing' : ''}`
}

/** Of a value that is no number only the kind, for it may hold what is nobody's business. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return value === '' ? 'empty text' : `text of ${value.length} characters`
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}
