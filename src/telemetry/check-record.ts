import type { Telemetry } from './record.js'

/** What is no telemetry record. Its message names the field, and what it may be. */
export class RecordError extends TypeError {
  override readonly name = 'RecordError'
  readonly code = 'SENTINEL_BAD_RECORD'
}

const NUMBERS = ['latency', 'input_length', 'errors'] as const

/**
 * Refuses what would poison what is learnt. Bodies that come over HTTP have passed the whole schema; this is for
 * callers in the process, and costs some nanoseconds.
 * @throws RecordError
 */
export function checkRecord(record: Telemetry): void {
  if (typeof record !== 'object' || record === null)
    throw new RecordError(`a record is an object, and this is ${record === null ? 'null' : typeof record}`)
  // One by one: a number that is read by a name in a variable is an object on the heap.
  if (!isSize(record.latency) || !isSize(record.input_length) || !isSize(record.errors))
    throw badNumber(record)
  const route: unknown = record.route
  if (route !== undefined && typeof route !== 'string')
    throw new RecordError(`route is text or left out; this is ${shown(route)}`)
}

function isSize(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < Infinity
}

function badNumber(record: Telemetry): RecordError {
  const name = NUMBERS.find((each) => !isSize(record[each])) as (typeof NUMBERS)[number]
  return new RecordError(`${name} is a finite number, 0 or more; this is ${shown(record[name])}`)
}

/** Numbers as they are; of anything else the kind, for it may hold what is nobody's business. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : value === null ? 'null' : `of type ${typeof value}`
}
