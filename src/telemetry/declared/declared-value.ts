import { RecordError } from '../check-record.js'
import type { FeatureDeclaration } from './declaration.js'
import { isMissing } from './missing.js'
import { numberReader, plainNumber, type ReadNumber } from './number-text.js'
import { severalReader } from './several.js'

/** What a value of a field is as a number; NaN where it is missing and something else is done about that. */
export type ReadNumberOf = (value: unknown) => number

/** What a declaration says of values, with its defaults. */
export type ValueRules = Required<Pick<FeatureDeclaration, 'missing' | 'coerce' | 'times' | 'absent'>> &
  Pick<FeatureDeclaration, 'locale' | 'several'>

/**
 * What reads the values of a field.
 * @param shown what messages call the field
 * @throws Error where there is no such locale
 */
export function valueReader(shown: string, rules: ValueRules): ReadNumberOf {
  const { missing, coerce, locale, times } = rules
  const inText = coerce ? textReader(rules) : null
  const standIn = typeof missing === 'number' ? missing : Number.NaN
  const mayLack = missing !== 'refuse'
  const absent: ReadonlySet<unknown> = new Set(rules.absent)
  const allowed = allowedValues(inText !== null, locale, mayLack)
  const rare = (value: unknown): number => {
    if (mayLack && (isMissing(value) || absent.has(value))) return standIn
    const number =
      inText === null ? value : typeof value === 'string' ? inText(value) : Number(asNumber(value))
    if (mayLack && (number === null || absent.has(number))) return standIn
    if (typeof number === 'number' && Number.isFinite(number)) return number * times
    throw new RecordError(`${shown} must be ${allowed}; got ${kindOf(value)}`)
  }
  if (absent.size > 0) return rare
  return (value) => (typeof value === 'number' && Number.isFinite(value) ? value * times : rare(value))
}

/** Null where a text holds nothing but what stands for no value. */
function textReader({ locale, several }: ValueRules): (text: string) => number | null {
  const inText: ReadNumber = locale === undefined ? plainNumber : numberReader(locale)
  return several === undefined ? inText : severalReader(several, inText, locale !== undefined)
}

function asNumber(value: unknown): unknown {
  return typeof value === 'boolean' || typeof value === 'number' ? value : Number.NaN
}

function allowedValues(inText: boolean, locale: string | undefined, mayLack: boolean): string {
  const text = inText ? `, true, false or text that is one${locale === undefined ? '' : ` (${locale})`}` : ''
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
