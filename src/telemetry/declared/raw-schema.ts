import { type TSchema, Type } from '@sinclair/typebox'
import type { Feature } from '../features.js'
import { EXAMPLES } from './examples.js'

/** How anomalies show records that have these features. */
export function rawSchemaOf(features: readonly Feature[], hasId: boolean): TSchema {
  const orNull = (schema: TSchema, description: string): TSchema =>
    Type.Union([schema, Type.Null()], { description })
  const values = features.map(({ name, unit, label }): [string, TSchema] => [
    name,
    orNull(
      Type.Number(),
      `${label ?? name}${unit === 'count' ? '' : `, in ${unit}`}; null where it was missing.`,
    ),
  ])
  const example = features.map(({ name }): [string, unknown] => [name, EXAMPLES.number])
  return Type.Object(
    {
      ...Object.fromEntries(values),
      ...(hasId && { id: orNull(Type.String(), 'Its id, as the client said it.') }),
      timestamp: orNull(
        Type.Union([Type.String(), Type.Number()]),
        'When it was made, as the client said it; null where it said nothing that is a time.',
      ),
      trace_id: orNull(Type.String(), 'Trace of it; null without one.'),
    },
    {
      description: 'The record as it was reported, without route and user.',
      examples: [
        {
          ...Object.fromEntries(example),
          ...(hasId && { id: EXAMPLES.id }),
          timestamp: EXAMPLES.timestamp,
          trace_id: EXAMPLES.traceId,
        },
      ],
    },
  )
}
