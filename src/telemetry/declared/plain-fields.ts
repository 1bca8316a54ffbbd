import { type TSchema, Type } from '@sinclair/typebox'
import { plainText } from '../../text/plain-text.js'
import { RecordError } from '../check-record.js'
import type { TelemetryModel } from '../model.js'
import { traceIdOf } from '../trace-context.js'
import { DeclarationError, type DetectorDeclaration } from './declaration.js'
import { kindOf } from './declared-value.js'
import { EXAMPLES } from './examples.js'
import { type Place, placeOf, placeReader, shownPlace } from './place.js'
import type { ReadValue } from './pointer.js'
import type { Field } from './record-schema.js'

const SHOWN_ID_CHARS = 128
const TRACE_ID = /^[\da-f]{16,32}$/i

/** The fields of a record that are no features. */
export interface PlainFields {
  /** Parts that are put together. */
  readonly route: readonly Place[]
  readonly timestamp: Place
  readonly timed: boolean
  readonly trace: Place
  readonly user: Place
  readonly id: Place | null
  /** Empty where nobody has a baseline of their own. */
  readonly entity: readonly Place[]
}

/** Where a declaration says that they are. @throws DeclarationError */
export function plainFieldsOf({
  route = '/route',
  timestamp,
  trace,
  user,
  id,
  entity = [],
}: DetectorDeclaration): PlainFields {
  const place = (pointer: string, ...path: (string | number)[]): Place => {
    try {
      return placeOf(pointer)
    } catch (error) {
      throw new DeclarationError(path, (error as Error).message)
    }
  }
  return {
    route:
      typeof route === 'string' ? [place(route, 'route')] : route.map((one, i) => place(one, 'route', i)),
    timestamp: place(timestamp ?? '/timestamp', 'timestamp'),
    timed: timestamp !== undefined,
    trace: place(trace ?? '/traceparent', 'trace'),
    user: place(user ?? '/user_id', 'user'),
    id: id === undefined ? null : place(id, 'id'),
    entity:
      typeof entity === 'string'
        ? [place(entity, 'entity')]
        : entity.map((one, i) => place(one, 'entity', i)),
  }
}

/** Parts are put together with a slash where they have none: a service and its route are one name. */
export function routeReader(parts: readonly Place[]): TelemetryModel['routeOf'] {
  const readers = parts.map((place): [string, ReadValue] => [shownPlace(place), placeReader(place)])
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
  const read = placeReader(timestamp)
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
export function plainFieldSchemas({ route, timestamp, trace, user, id, entity }: PlainFields): Field[] {
  const fieldsOf = (place: Place, schema: TSchema, example: unknown): Field[] =>
    place.map((names) => ({ names, schema, required: false, example }))
  const text = (maxLength: number, description: string): TSchema =>
    Type.Union([Type.String({ maxLength }), Type.Number(), Type.Null()], { description })
  const time = Type.Union([Type.String({ maxLength: 64 }), Type.Number(), Type.Null()], {
    description: 'When it was made: ISO 8601 text or a Unix time.',
  })
  return [
    ...entity.flatMap((place) =>
      fieldsOf(place, text(2048, 'Whose record it is; each has a baseline of its own.'), EXAMPLES.service),
    ),
    ...route.flatMap((place, i) =>
      fieldsOf(
        place,
        text(2048, 'Route or operation.'),
        i === route.length - 1 ? EXAMPLES.route : EXAMPLES.service,
      ),
    ),
    ...fieldsOf(timestamp, time, EXAMPLES.timestamp),
    ...fieldsOf(
      trace,
      text(512, 'Trace of it, as in the header of W3C Trace Context or its id alone.'),
      EXAMPLES.trace,
    ),
    ...fieldsOf(
      user,
      Type.Unknown({ description: 'Who made it. Never logged, stored or exported raw.' }),
      EXAMPLES.user,
    ),
    ...(id === null
      ? []
      : fieldsOf(id, Type.Unknown({ description: 'Its id; an anomaly shows it.' }), EXAMPLES.id)),
  ]
}
