import { Type } from '@sinclair/typebox'
import { RecordError } from '../check-record.js'
import { DeclarationError, type FeatureDeclaration } from '../declared/declaration.js'
import { type DeclaredFeature, featureFacts } from '../declared/declared-feature.js'
import { EXAMPLES } from '../declared/examples.js'
import { readerOf } from '../declared/pointer.js'
import type { Field } from '../declared/record-schema.js'
import type { Feature } from '../features.js'
import { type DerivedColumn, derivedColumns, type RecordFields } from './columns.js'
import { parseExpression } from './expression.js'

/** What is missing counts as usual, where nothing else is said: of the first record there is nothing before. */
const MISSING = 'median'

/**
 * The features that are declared as a derived value: several, where it has several columns.
 * @param path where the declaration stands
 * @throws DeclarationError
 */
export function derivedFeature(
  declaration: FeatureDeclaration & { readonly from: string },
  path: readonly (string | number)[],
  plain: RecordFields,
): DeclaredFeature {
  const { name, from, missing = MISSING, encoding } = declaration
  for (const key of ['coerce', 'locale', 'times', 'absent', 'several'] as const)
    if (declaration[key] !== undefined)
      throw new DeclarationError([...path, key], 'it is for fields that are read as they are')
  const columns = columnsOf(declaration, path, plain)
  const absent = typeof missing === 'number' ? missing : Number.NaN
  const ways = [from.replaceAll(/\s+/g, ' '), encoding, declaration.scale === 'linear' ? 'linear' : undefined]
  const identity = `from ${ways.filter((fact) => fact !== undefined).join(' ')}`
  const { phrases: _, ...facts } = featureFacts(declaration)
  const features = columns.made.map((column): Feature => {
    const { suffix, memory } = column
    const phrases = declaration.phrases ?? column.phrases
    return {
      ...facts,
      name: `${name}${suffix}`,
      identity,
      ...(column.label !== undefined && { label: column.label }),
      ...(phrases !== undefined && { phrases: featureFacts({ ...declaration, phrases }).phrases ?? {} }),
      ...(memory !== undefined && { memory, absent }),
      extract: extractOf(`${name}${suffix}`, column, missing === 'refuse', absent),
    }
  })
  const fields = columns.names.map(
    (names): Field => ({
      names,
      schema: Type.Unknown({ description: `What ${name} is made of.` }),
      required: missing === 'refuse',
      example: columns.example ?? EXAMPLES.number,
    }),
  )
  return { features, fields, numbers: [], skips: missing === 'skip' }
}

function columnsOf(
  { from, encoding, label, name }: FeatureDeclaration & { readonly from: string },
  path: readonly (string | number)[],
  plain: RecordFields,
): ReturnType<typeof derivedColumns> {
  try {
    return derivedColumns(
      parseExpression(from),
      { readerOf, ...plain },
      { encoding: encoding ?? 'one_hot', label: label ?? name },
    )
  } catch (error) {
    throw new DeclarationError([...path, 'from'], (error as Error).message)
  }
}

/** Of what has a memory the record alone says nothing: its detector reads it from there. */
function extractOf(
  name: string,
  { derive }: DerivedColumn,
  refuses: boolean,
  absent: number,
): Feature['extract'] {
  if (derive === undefined) return () => 0
  return (record) => {
    const value = derive(record)
    if (!Number.isNaN(value)) return value
    if (refuses)
      throw new RecordError(
        `${name} cannot be made of the record: what it is made of is missing or of another kind`,
      )
    return absent
  }
}
