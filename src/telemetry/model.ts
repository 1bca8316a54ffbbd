import type { TSchema } from '@sinclair/typebox'
import { checkRecord } from './check-record.js'
import { FEATURES, type Feature } from './features.js'
import type { FieldTree } from './ignored-fields.js'
import type { RawRecord } from './raw-record.js'
import { rawRecordOf } from './raw-record-of.js'
import type { Telemetry, TelemetryRecord } from './record.js'
import { TEXT_FIELDS } from './record-fields.js'

/** What is to become of a record that was checked: some are not judged, because what they lack says so. */
export type Use = 'judge' | 'skip'

/** JSON schemas of records. */
export interface RecordSchemas {
  /** What a record that comes over HTTP is checked against; its `$id` is `Telemetry`. */
  readonly record: TSchema
  /** How anomalies show what was reported. */
  readonly raw: TSchema
}

/**
 * What is watched, as a value: made once, from declarations or as it is by default, and handed to everybody who has to
 * know of fields. It knows nothing of any record.
 */
export interface TelemetryModel {
  /** What is taken from a record, in the order of the columns that the forest sees. */
  readonly features: readonly Feature[]
  /** What its records look like; null for requests, whose schemas nobody needs in process. `schemas.ts` has them all. */
  readonly schemas: RecordSchemas | null
  /** Every field that is read, so that others can be named. */
  readonly fields: FieldTree
  /** Fields at the top of a record that are numbers and nothing else: where all is text, they are to be read as such. */
  readonly numbers: ReadonlySet<string>
  /** Whether records say when they came, and their time is the time. */
  readonly timed: boolean
  /**
   * Refuses what would poison what is learnt.
   * @throws RecordError naming the field, and what it may be
   */
  check(record: TelemetryRecord): Use
  routeOf(record: TelemetryRecord): string | undefined
  /** Whose record it is, where each has a baseline of its own; null where it does not say. @throws RecordError */
  readonly entityOf?: ((record: TelemetryRecord) => string | null) | undefined
  /** Where a record says that, as JSON pointers: several parts are put together with slashes. */
  readonly entityAt?: readonly string[] | undefined
  /** When it was made, in the client's own words. */
  timestampOf(record: TelemetryRecord): string | number | undefined
  /** What is kept of a record. @param traceparent of the request that brought it; the record's own counts before it */
  rawOf(record: TelemetryRecord, traceparent?: string): RawRecord
}

/** Latency, input length and errors of a request: what is watched where nothing is declared. */
export const REQUEST_TELEMETRY: TelemetryModel = {
  features: FEATURES,
  schemas: null,
  fields: new Map([...FEATURES.map(({ name }) => name), ...TEXT_FIELDS].map((name) => [name, null])),
  numbers: new Set(FEATURES.map(({ name }) => name)),
  timed: false,
  check(record) {
    checkRecord(record as Telemetry)
    return 'judge'
  },
  routeOf: (record) => (record as Telemetry).route,
  timestampOf: (record) => (record as Telemetry).timestamp,
  rawOf: (record, traceparent) => rawRecordOf(record as Telemetry, traceparent),
}

/** The usual fields with features of the caller's own, who says how each is taken from a record. */
export function telemetryWith(features: readonly Feature[]): TelemetryModel {
  return { ...REQUEST_TELEMETRY, features }
}
