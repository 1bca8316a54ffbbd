import { Type } from '@sinclair/typebox'
import { plainText } from '../../text/plain-text.js'
import { RecordError } from '../check-record.js'
import type { TelemetryModel } from '../model.js'
import { traceIdOf } from '../trace-context.js'
import { DeclarationError, type TelemetryDeclaration } from './declaration.js'
import { kindOf } from './declared-value.js'
import { EXAMPLES } from './examples.js'
import { namesOf, type ReadValue, readerOf } from './pointer.js'
import type { Field } from './record-schema.js'

const SHOWN_ID_CHARS = 128
const TRACE_ID = /^[\da-f]{16,32}$/i

/** The fields of a record that are no features. */
export interface PlainFields {
  readonly route: readonly string[][]
  readonly timestamp: readonly string[]
  readonly timed: boolean
  readonly trace: readonly string[]
  readonly user: readonly string[]
  readonly id: readonly string[] | null
}

/** Where a declaration says that they are. @throws DeclarationError */
export function plainFieldsOf({
  route = '/route',
  timestamp,
  trace,
  user,
  id,
}: TelemetryDeclaration): PlainFields {
  const names = (pointer: string, ...path: (string | number)[]): string[] => {
    try {
      return namesOf(pointer)
    } catch (error) {
      throw new DeclarationError(path, (error as Error).message)
    }
  }
  return {
    route:
      typeof route === 'string' ? [names(route, 'route')] : route.map((one, i) => names(one, 'route', i)),
    timestamp: names(timestamp ?? '/timestamp', 'timestamp'),
    timed: timestamp !== undefined,
    trace: names(trace ?? '/traceparent', 'trace'),
    user: names(user ?? '/user_id', 'user'),
    id: id === undefined ? null : names(id, 'id'),
  }
}

/** Parts are put together with a slash where they have none: a service and its route are one name. */
export function routeReader(pointers: readonly string[][]): TelemetryModel['routeOf'] {
  const readers = pointers.map((names): [string, ReadValue] => [names.join('.'), readerOf(names)])
  const [[shown, read]] = readers as [[string, ReadValue]]
  if (readers.length === 1) return (record) => textOf(shown, read(record))
  return (record) => {
    let route: string | undefined
    for (const [name, at] of readers) {
      const part = textOf(name, at(record))
      if (part === undefined || part === '') continue
      if (route === undefined) route = part
      else route += part.startsWith('/') || route.endsWith('/') ? part : `/${part}`
    }
    return route
  }
}

function textOf(shown: string, value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return String(value)
  throw new RecordError(`${shown} must be text or left out; got ${kindOf(value)}`)
}

/** Reads a time in the client's own words; undefined for what can be none. */
export function timeReader({ timestamp }: PlainFields): TelemetryModel['timestampOf'] {
  const read = readerOf(timestamp)
  return (record) => {
    const value = read(record)
    return typeof value === 'string' || typeof value === 'number' ? value : undefined
  }
}

/** A traceparent, or the id alone. */
export function traceOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const text = value.trim()
  return TRACE_ID.test(text) ? text.toLowerCase() : traceIdOf(text)
}

/** An id as one visible line. */
export function shownId(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number'
    ? plainText(String(value), SHOWN_ID_CHARS)
    : null
}

/** How records are described that have them. */
export function plainFieldSchemas({ route, timestamp, trace, user, id }: PlainFields): Field[] {
  const text = (
    names: readonly string[],
    maxLength: number,
    description: string,
    example: unknown,
  ): Field => ({
    names,
    schema: Type.Union([Type.String({ maxLength }), Type.Number(), Type.Null()], { description }),
    required: false,
    example,
  })
  const time = Type.Union([Type.String({ maxLength: 64 }), Type.Number(), Type.Null()], {
    description: 'When it was made: ISO 8601 text or a Unix time.',
  })
  return [
    ...route.map((names, i) =>
      text(names, 2048, 'Route or operation.', i === route.length - 1 ? EXAMPLES.route : EXAMPLES.service),
    ),
    { names: timestamp, schema: time, required: false, example: EXAMPLES.timestamp },
    text(trace, 512, 'Trace of it, as in the header of W3C Trace Context or its id alone.', EXAMPLES.trace),
    {
      names: user,
      schema: Type.Unknown({ description: 'Who made it. Never logged, stored or exported raw.' }),
      required: false,
      example: EXAMPLES.user,
    },
    ...(id === null
      ? []
      : [
          {
            names: id,
            schema: Type.Unknown({ description: 'Its id; an anomaly shows it.' }),
            required: false,
            example: EXAMPLES.id,
          },
        ]),
  ]
}
