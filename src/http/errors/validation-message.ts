import type { FastifySchemaValidationError } from 'fastify'
import { allowedBy, type ValueSchema } from '../../text/allowed.js'
import { quoted } from '../../text/quoted.js'

/** What ajv adds to an error when it is `verbose`: the refused value and the schema that refused it. */
interface VerboseError extends FastifySchemaValidationError {
  readonly data?: unknown
  readonly parentSchema?: ValueSchema & { properties?: Readonly<Record<string, ValueSchema>> }
}

const MAX_NAME_CHARS = 60

/**
 * Names the field, what is allowed there and what came instead: `latency must be a finite number of at
 * least 0; got a string`. Of the value it repeats numbers and booleans, and a string only where few are allowed: so the
 * message is bounded, and nothing secret is echoed.
 */
export function validationMessage(errors: readonly FastifySchemaValidationError[], part: string): string {
  // For a union ajv reports an error of each branch, and the union itself last.
  const error = errors.at(-1) as VerboseError | undefined
  if (error === undefined) return `the ${part} is not valid`
  const schema = error.parentSchema ?? {}
  if (error.keyword === 'required') {
    const field = String(error.params.missingProperty)
    const name = fieldOf(`${error.instancePath}/${field}`, 'body')
    return `${name} is missing; it must be ${allowedBy(schema.properties?.[field] ?? {})}`
  }
  return `${fieldOf(error.instancePath, part)} must be ${allowedBy(schema)}; got ${kindOf(error.data, schema)}`
}

function fieldOf(instancePath: string, part: string): string {
  if (instancePath === '') return `the ${part}`
  const field = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
  const name = /^[\w.]{1,60}$/.test(field) ? field : quoted(field, MAX_NAME_CHARS)
  return part === 'body' ? name : `${part} ${name}`
}

function kindOf(value: unknown, schema: ValueSchema): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? String(value) : 'a number too large to represent'
    case 'string':
      return stringText(value, schema)
    case 'boolean':
      return `the boolean ${value}`
    default:
      return 'an object'
  }
}

/** Echoes only where the choices are few and the value is likely a typing error. */
function stringText(value: string, { enum: choices, maxLength }: ValueSchema): string {
  if (choices !== undefined) return quoted(value, 20)
  return maxLength === undefined ? 'a string' : `a string of ${value.length} characters`
}
