/** The part of JSON Schema that our schemas use. */
export interface ValueSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly ValueSchema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly maxLength?: number
  /** What is allowed, in words: our own keyword, for what the others cannot say. */
  readonly allowed?: string
}

/**
 * What a schema lets through, as the end of a sentence "… must be". The messages of bad requests and bad
 * settings are made from the schema that refused them, so that they cannot drift from it.
 */
export function allowedBy(schema: ValueSchema): string {
  if (schema.allowed !== undefined) return schema.allowed
  if (schema.anyOf !== undefined) return listed(schema.anyOf.map(allowedBy))
  if (schema.enum !== undefined) return listed(schema.enum.map((one) => (one === '' ? '""' : String(one))))
  if (schema.const !== undefined) return String(schema.const)
  switch (schema.type) {
    case 'number':
      return `a finite number${rangeOf(schema)}`
    case 'integer':
      return `a whole number${rangeOf(schema)}`
    case 'string':
      return `a string${lengthOf(schema)}`
    case 'null':
      return 'null'
    case 'object':
      return 'a JSON object'
    default:
      return `a ${schema.type ?? 'valid value'}`
  }
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: ValueSchema): string {
  if (exclusiveMinimum !== undefined) {
    return maximum === undefined
      ? ` above ${exclusiveMinimum}`
      : ` above ${exclusiveMinimum}, at most ${maximum}`
  }
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  if (minimum !== undefined) return ` of at least ${minimum}`
  return maximum === undefined ? '' : ` of at most ${maximum}`
}

function lengthOf({ minLength, maxLength }: ValueSchema): string {
  if (maxLength !== undefined) return ` of at most ${maxLength} characters`
  return minLength === undefined ? '' : ' that is not empty'
}

function listed(choices: readonly string[]): string {
  if (choices.length < 2) return choices.join('')
  return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
}
