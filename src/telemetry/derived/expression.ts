import { valueNumber, valueText } from '../../text/value-text.js'
import { namesOf } from '../declared/pointer.js'

/** A derived value as it is written: `count(route, 10s)`. */
export interface Expression {
  readonly name: string
  readonly args: readonly string[]
}

const CALL = /^([a-z_]+)\s*(?:\((.*)\))?$/s
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/
const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
const CONDITION = /^where\s+(.+?)\s*(>=|<=|!=|==|=|>|<)\s*(.+)$/s
const WORD = /^[A-Za-z_][\w.-]*$/

/** Reads the name and the parts between its brackets. @throws Error */
export function parseExpression(text: string): Expression {
  const [, name, args] = CALL.exec(text.trim()) ?? []
  if (name === undefined)
    throw new Error(
      'it must be a JSON pointer such as /usage/cpu_ms, or a derived value such as length(/message)',
    )
  return { name, args: args === undefined || args.trim() === '' ? [] : partsOf(args) }
}

/** Parts between commas; those within brackets and quotes separate nothing. @throws Error */
function partsOf(text: string): string[] {
  const parts = ['']
  let depth = 0
  let quote = ''
  for (const character of text) {
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '[') depth += 1
    else if (character === ']') depth -= 1
    else if (character === ',' && depth === 0) {
      parts.push('')
      continue
    }
    parts[parts.length - 1] += character
  }
  if (depth !== 0 || quote !== '') throw new Error('a bracket or a quote in it is not closed')
  return parts.map((part) => part.trim())
}

/** The names that lead to a field: a JSON pointer, or the name of one at the top. @throws Error */
export function fieldIn(text: string): string[] {
  if (text.startsWith('/')) return namesOf(text)
  if (WORD.test(text)) return namesOf(`/${text}`)
  throw new Error(`${JSON.stringify(text.slice(0, 40))} must be a field: a JSON pointer, or a name`)
}

/** A list such as `[free, pro, "no plan"]`. @throws Error */
export function listIn(text: string): string[] {
  const [, inner] = /^\[(.*)\]$/s.exec(text) ?? []
  if (inner === undefined || inner.trim() === '') throw new Error('it needs a list such as [free, pro]')
  return partsOf(inner).map(unquoted)
}

/** A duration such as `10s`, in milliseconds. @throws Error */
export function durationIn(text: string | undefined): number {
  const [, number, unit] = DURATION.exec(text ?? '') ?? []
  const ms = Number(number) * (unit === undefined ? Number.NaN : UNITS_MS[unit as keyof typeof UNITS_MS])
  if (ms >= 1 && ms <= 24 * UNITS_MS.h) return ms
  throw new Error('it needs a duration from 1ms to 24h, such as 10s')
}

/** A question to a field. */
export interface Condition {
  readonly names: readonly string[]
  readonly holds: (value: unknown) => boolean
}

/** A condition such as `where status>=400`. @throws Error */
export function conditionIn(text: string): Condition {
  const [, field, operator, literal] = CONDITION.exec(text) ?? []
  if (field === undefined || literal === undefined)
    throw new Error(`${JSON.stringify(text.slice(0, 40))} must be a condition such as where status>=400`)
  const wanted = unquoted(literal)
  const number = Number(wanted)
  const names = fieldIn(field)
  switch (operator) {
    case '=':
    case '==':
      return { names, holds: (value) => textOrKind(value) === wanted }
    case '!=':
      return { names, holds: (value) => textOrKind(value) !== wanted }
  }
  if (Number.isNaN(number)) throw new Error(`${operator} compares with a number`)
  switch (operator) {
    case '>=':
      return { names, holds: (value) => valueNumber(value) >= number }
    case '<=':
      return { names, holds: (value) => valueNumber(value) <= number }
    case '>':
      return { names, holds: (value) => valueNumber(value) > number }
    default:
      return { names, holds: (value) => valueNumber(value) < number }
  }
}

/** What is there without being a text is compared as what it is called, so that null and what is missing can be asked for. */
function textOrKind(value: unknown): string {
  return valueText(value) ?? (value === null || value === undefined ? String(value) : '')
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text
}
