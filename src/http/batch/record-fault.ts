import { Ajv } from 'ajv'
import { Telemetry } from '../../telemetry/record.js'
import { AJV_OPTIONS } from '../ajv-options.js'
import { validationMessage } from '../errors/validation-message.js'

const isTelemetry = new Ajv(AJV_OPTIONS.customOptions).compile<Telemetry>(Telemetry)

/** What is wrong with a value that is to be a record, in words that name the field; null for one that is a record. */
export function recordFault(value: unknown): string | null {
  if (isTelemetry(value)) return null
  // ajv and Fastify describe the same object; Fastify's type lacks what is not used here.
  const errors = (isTelemetry.errors ?? []) as unknown as Parameters<typeof validationMessage>[0]
  return validationMessage(errors, 'body')
}
