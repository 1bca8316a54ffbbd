import type { ValueSchema } from '../text/allowed.js'

/** The part of JSON Schema that the schemas of variables use. */
export interface VariableSchema extends ValueSchema {
  readonly anyOf?: readonly VariableSchema[]
  readonly pattern?: string
}

export type VariableValue = string | number | boolean

/**
 * What the text of a variable says by its schema, and undefined where that does not allow it. Ajv with `coerceTypes` says
 * the same of it, and takes a tenth of a start to load and to compile the schemas; a test compares the two.
 */
export function readValue(schema: VariableSchema, text: string): VariableValue | undefined {
  if (schema.anyOf !== undefined) {
    for (const one of schema.anyOf) {
      const value = readValue(one, text)
      if (value !== undefined) return value
    }
    return undefined
  }
  switch (schema.type) {
    case 'integer':
    case 'number':
      return numberOf(schema, text)
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    default:
      return allowsText(schema, text) ? text : undefined
  }
}

function numberOf(schema: VariableSchema, text: string): number | undefined {
  const value = Number(text)
  const { type, minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = schema
  const fits = value >= minimum && value <= maximum && value > exclusiveMinimum
  return fits && Number.isFinite(value) && (type === 'number' || Number.isInteger(value)) ? value : undefined
}

function allowsText(schema: VariableSchema, text: string): boolean {
  if (schema.const !== undefined) return text === schema.const
  const { minLength = 0, maxLength = Infinity, pattern } = schema
  const characters = [...text].length
  if (characters < minLength || characters > maxLength) return false
  return pattern === undefined || new RegExp(pattern, 'u').test(text)
}
