import { type Static, type TSchema, Type } from '@sinclair/typebox'

const referred = new Map<string, TSchema>()

/**
 * A `$ref` to a schema with an `$id`: typed like the schema itself, and shown in the OpenAPI document as a named
 * component. Where Fastify validates by it, `schema-compilers.ts` must know the schema.
 * @throws TypeError for a schema without `$id`
 */
export function referenceTo<Schema extends TSchema>(schema: Schema, options: { description?: string } = {}) {
  if (schema.$id === undefined) throw new TypeError('a schema without an $id cannot be referred to')
  referred.set(schema.$id, schema)
  return Type.Unsafe<Static<Schema>>({ ...options, $ref: `${schema.$id}#` })
}

/** Every schema that something refers to. */
export function referredSchemas(): Iterable<TSchema> {
  return referred.values()
}
