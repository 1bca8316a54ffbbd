import { type TSchema, Type } from '@sinclair/typebox'
import type { FieldTree } from '../ignored-fields.js'
import type { ValueRules } from './declared-value.js'
import { MISSING_TEXTS } from './missing.js'

/** A field that something is made of: the names that lead to it, and what may be there. */
export interface Field {
  readonly names: readonly string[]
  readonly schema: TSchema
  readonly required: boolean
  /** For the example of a record. */
  readonly example: unknown
}

interface Branch {
  readonly within: Map<string, Branch>
  field: Field | null
}

/** What a number may be written as. Of text only that it is short: what it says is read, and refused, later. */
export function numberSchema({ missing, coerce, absent, several }: ValueRules, description: string): TSchema {
  const forms: TSchema[] = [Type.Number()]
  if (coerce) forms.push(Type.Boolean(), Type.String({ maxLength: several === undefined ? 64 : 512 }))
  if (missing !== 'refuse') {
    forms.push(Type.Null())
    if (!coerce) forms.push(Type.Unsafe<string>({ enum: [...MISSING_TEXTS, ...absent] }))
  }
  return forms.length === 1 ? Type.Number({ description }) : Type.Union(forms, { description })
}

/** The schema of records with these fields; where two are made of one field, it may be what either wants. */
export function recordSchema(fields: readonly Field[]): TSchema {
  const root = branchesOf(fields)
  return {
    ...schemaOf(root),
    $id: 'Telemetry',
    description: 'One telemetry record. Unknown fields are ignored.',
    examples: [exampleOf(root)],
  }
}

/** The fields by name, for what is ignored to be noticed. */
export function fieldTree(fields: readonly Field[]): FieldTree {
  const treeOf = (branch: Branch): FieldTree =>
    new Map([...branch.within].map(([name, one]) => [name, one.field === null ? treeOf(one) : null]))
  return treeOf(branchesOf(fields))
}

function branchesOf(fields: readonly Field[]): Branch {
  const root: Branch = { within: new Map(), field: null }
  for (const field of fields) {
    let branch = root
    for (const name of field.names) {
      const next: Branch = branch.within.get(name) ?? { within: new Map(), field: null }
      branch.within.set(name, next)
      branch = next
    }
    branch.field = branch.field === null ? field : either(branch.field, field)
  }
  return root
}

function either(one: Field, other: Field): Field {
  const required = one.required || other.required
  if (JSON.stringify(one.schema) === JSON.stringify(other.schema)) return { ...one, required }
  return { ...one, required, schema: Type.Union([one.schema, other.schema]) }
}

function isRequired({ field, within }: Branch): boolean {
  return field === null ? [...within.values()].some(isRequired) : field.required
}

/** A branch that numbers lead on from may be an array, of which a schema of fields says nothing. */
function schemaOf({ within, field }: Branch): TSchema {
  if (field !== null && within.size === 0) return field.schema
  const names = [...within.keys()]
  if (field !== null || names.every((name) => /^\d+$/.test(name))) return Type.Unknown()
  const properties = Object.fromEntries([...within].map(([name, branch]) => [name, schemaOf(branch)]))
  const required = names.filter((name) => isRequired(within.get(name) as Branch))
  return { type: 'object', ...(required.length > 0 && { required }), properties } as unknown as TSchema
}

function exampleOf({ within, field }: Branch): unknown {
  if (field !== null) return field.example
  return Object.fromEntries([...within].map(([name, branch]) => [name, exampleOf(branch)]))
}
