import { Ajv, type ValidateFunction } from 'ajv'
import { RecordError } from '../../telemetry/check-record.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import { schemasOf } from '../../telemetry/schemas.js'
import { AJV_OPTIONS } from '../compilers/ajv-options.js'
import { validationMessage } from '../errors/validation-message.js'

/** What is wrong with a value that is to be a record, in words that name the field; null for one that is a record. */
export type RecordFault = (value: unknown) => string | null

const checks = new WeakMap<TelemetryModel, RecordFault>()

/** The check of records of one telemetry; it is compiled once, for the first record. */
export function recordFaultOf(telemetry: TelemetryModel): RecordFault {
  const known = checks.get(telemetry)
  if (known !== undefined) return known
  const check = compiled(telemetry)
  checks.set(telemetry, check)
  return check
}

function compiled(telemetry: TelemetryModel): RecordFault {
  let isRecord: ValidateFunction<TelemetryRecord> | undefined
  return (value) => {
    isRecord ??= new Ajv(AJV_OPTIONS).compile<TelemetryRecord>(schemasOf(telemetry).record)
    if (isRecord(value)) return contentFault(telemetry, value)
    // ajv and Fastify describe the same object; Fastify's type lacks what is not used here.
    const errors = (isRecord.errors ?? []) as unknown as Parameters<typeof validationMessage>[0]
    return validationMessage(errors, 'body')
  }
}

/** What a schema cannot say. */
function contentFault(telemetry: TelemetryModel, record: TelemetryRecord): string | null {
  try {
    telemetry.check(record)
    return null
  } catch (error) {
    if (error instanceof RecordError) return error.message
    throw error
  }
}
