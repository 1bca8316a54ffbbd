import { Ajv, type ValidateFunction } from 'ajv'
import type { FastifySchemaCompiler, FastifySchemaValidationError, FastifyServerOptions } from 'fastify'
import type { TelemetryModel } from '../../telemetry/model.js'
import { schemasOf } from '../../telemetry/schemas.js'
import { AJV_OPTIONS } from './ajv-options.js'
import { answerJson } from './answer-json.js'

type Compilers = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>

const compilers = new WeakMap<object, FastifySchemaCompiler<object>>()

/**
 * What makes validators and serializers of the schemas of routes, for records of one telemetry. Answers are not
 * serialized by their schema.
 */
export function compilersFor(telemetry: TelemetryModel): Compilers {
  const { record } = schemasOf(telemetry)
  const validators = compilers.get(record) ?? validatorsWith(record)
  compilers.set(record, validators)
  // Fastify's types allow for the compilers that it brings alone, which are not loaded where these are given.
  return { buildValidator: () => validators, buildSerializer: () => () => answerJson } as unknown as Compilers
}

/**
 * A validator is compiled with the first request that needs it, so that a start does not wait for all of them, and once
 * for all apps of a process: they have the schemas in common.
 */
function validatorsWith(record: object): FastifySchemaCompiler<object> {
  let ajv: Ajv | undefined
  return ({ schema }) => {
    let validate: ValidateFunction | undefined
    return (value: unknown) => {
      ajv ??= new Ajv(AJV_OPTIONS).addSchema(record)
      validate ??= ajv.compile(schema)
      if (validate(value)) return true
      // ajv and Fastify describe the same object; Fastify's type lacks what is not used here.
      return { error: validate.errors as FastifySchemaValidationError[] }
    }
  }
}
