import { RecordError } from '../check-record.js'
import { derivedFeature } from '../derived/derived-feature.js'
import { FEATURES, type Feature } from '../features.js'
import type { TelemetryModel, Use } from '../model.js'
import type { RawRecord } from '../raw-record.js'
import { shownTime } from '../raw-record-of.js'
import { Telemetry, type TelemetryRecord } from '../record.js'
import { traceIdOf } from '../trace-context.js'
import {
  DeclarationError,
  type DetectorDeclaration,
  FEATURES_MOST,
  type TelemetryDeclaration,
} from './declaration.js'
import { type DeclaredFeature, declaredFeature } from './declared-feature.js'
import { kindOf } from './declared-value.js'
import { entityReader } from './entity.js'
import { placeReader, pointersOf } from './place.js'
import {
  type PlainFields,
  plainFieldSchemas,
  plainFieldsOf,
  routeReader,
  shownId,
  timeReader,
  traceOf,
} from './plain-fields.js'
import { rawSchemaOf } from './raw-schema.js'
import { fieldTree, recordSchema } from './record-schema.js'

/**
 * What is watched by a declaration; what that leaves out is as with requests.
 * @throws DeclarationError saying where in the declaration, and what is wrong there
 */
export function declaredTelemetry(declaration: DetectorDeclaration): TelemetryModel {
  const plain = plainFieldsOf(declaration)
  const facts = { ...plain, routeOf: routeReader(plain.route), timestampOf: timeReader(plain) }
  const declared =
    declaration.features?.map((one, i) => {
      const { from = '/' } = one
      const path = ['features', i]
      return from.startsWith('/') ? declaredFeature(one, path) : derivedFeature({ ...one, from }, path, facts)
    }) ?? requestFeatures()
  const features = declared.flatMap((one) => one.features)
  checkNames(features, declaration)
  return modelOf(features, declared, plain)
}

/** The features of requests, with the fields that they are in. */
function requestFeatures(): DeclaredFeature[] {
  return FEATURES.map((feature) => {
    const { name } = feature
    const schema = Telemetry.properties[name as 'latency']
    const { title: _, ...example } = (Telemetry.examples as Record<string, unknown>[])[0] ?? {}
    const field = { names: [name], schema, required: true, example: example[name] }
    return {
      features: [{ ...feature, extract: checkedExtract(feature) }],
      fields: [field],
      numbers: [name],
      skips: false,
    }
  })
}

/** A number of a request is never below 0. */
function checkedExtract({ name, extract }: Feature): Feature['extract'] {
  return (record) => {
    const value = extract(record)
    if (typeof value === 'number' && value >= 0 && value < Infinity) return value
    throw new RecordError(`${name} must be a finite number of at least 0; got ${kindOf(value)}`)
  }
}

function checkNames(features: readonly Feature[], { features: declared = [] }: TelemetryDeclaration): void {
  for (const [i, { name }] of declared.entries()) {
    const first = declared.findIndex((each) => each.name === name)
    if (name in Object.prototype)
      throw new DeclarationError(['features', i, 'name'], `${name} is no name of a feature`)
    if (first !== i)
      throw new DeclarationError(['features', i, 'name'], `feature ${first + 1} is called ${name}, too`)
  }
  if (features.length > FEATURES_MOST)
    throw new DeclarationError(
      ['features'],
      `they come to ${features.length} columns, and ${FEATURES_MOST} is the most`,
    )
}

function modelOf(
  features: readonly Feature[],
  declared: readonly DeclaredFeature[],
  plain: PlainFields,
): TelemetryModel {
  const routeOf = routeReader(plain.route)
  const entityOf = plain.entity.length > 0 ? entityReader(plain.entity) : undefined
  const traceAt = placeReader(plain.trace)
  const idAt = plain.id === null ? null : placeReader(plain.id)
  const fields = [...declared.flatMap((one) => one.fields), ...plainFieldSchemas(plain)]
  const skips = declared.flatMap((one) => one.features.map(() => one.skips))
  const timestampOf = timeReader(plain)
  // Of what has a memory the record alone says nothing.
  const reported = features.filter(({ memory }) => memory === undefined)

  function check(record: TelemetryRecord): Use {
    if (typeof record !== 'object' || record === null)
      throw new RecordError(`a record is an object, and this is ${kindOf(record)}`)
    let present = 0
    let skipped = false
    for (let f = 0; f < features.length; f++) {
      if (!Number.isNaN((features[f] as Feature).extract(record))) present += 1
      else if (skips[f] === true) skipped = true
    }
    routeOf(record)
    entityOf?.(record)
    // One that has nothing to be judged by says nothing.
    return skipped || present === 0 ? 'skip' : 'judge'
  }

  function rawOf(record: TelemetryRecord, traceparent?: string): RawRecord {
    const values = reported.map(({ name, extract }): [string, number | null] => {
      const value = extract(record)
      return [name, Number.isNaN(value) ? null : value]
    })
    return {
      ...Object.fromEntries(values),
      ...(idAt !== null && { id: shownId(idAt(record)) }),
      timestamp: shownTime(timestampOf(record)),
      trace_id: traceOf(traceAt(record)) ?? traceIdOf(traceparent),
    } as RawRecord
  }

  return {
    features,
    schemas: { record: recordSchema(fields), raw: rawSchemaOf(reported, idAt !== null) },
    fields: fieldTree(fields),
    numbers: new Set(declared.flatMap((one) => one.numbers)),
    timed: plain.timed,
    check,
    routeOf,
    entityOf,
    ...(entityOf !== undefined && { entityAt: plain.entity.map(pointersOf) }),
    timestampOf,
    rawOf,
  }
}
