import { type Static, type TSchema, Type } from '@sinclair/typebox'

/**
 * A `$ref` to a schema that the app registers under its `$id`: typed like the schema itself, and shown in
 * the OpenAPI document as a named component.
 */
export function referenceTo<Schema extends TSchema>(schema: Schema, options: { description?: string } = {}) {
  if (schema.$id === undefined) throw new TypeError('a schema without an $id cannot be referred to')
  return Type.Unsafe<Static<Schema>>({ ...options, $ref: `${schema.$id}#` })
}
