import { type TSchema, Type } from '@sinclair/typebox'
import { DetectorDeclaration, TelemetryDeclaration } from '../../telemetry/declared/declaration.js'
import { FeaturePolicies } from '../../telemetry/feature-policy.js'
import { Environment, type Variable } from '../schema.js'

/** Variables that say where this file is, and are of no use in it. */
const NOT_IN_FILE: readonly Variable[] = ['SENTINEL_CONFIG']
/** Lists that a variable separates by commas, and a file may write as lists. */
const LISTS: readonly Variable[] = [
  'SENTINEL_API_TOKEN',
  'SENTINEL_ALLOWED_HOSTS',
  'SENTINEL_CORS_ORIGINS',
  'SENTINEL_TRUST_PROXY',
]

/** What a variable is called in the file: `SENTINEL_ALERT_RATE` is `alert_rate`, `OLLAMA_HOST` is `ollama_host`. */
export function keyOf(variable: Variable): string {
  return variable.replace(/^SENTINEL_/, '').toLowerCase()
}

/** The variables that a file may set, by its keys. */
export const VARIABLE_OF: ReadonlyMap<string, Variable> = new Map(
  (Object.keys(Environment.properties) as Variable[])
    .filter((variable) => !NOT_IN_FILE.includes(variable))
    .map((variable) => [keyOf(variable), variable]),
)

/** Several detectors by name. */
const Detectors = Type.Record(Type.String({ pattern: '^[a-z0-9_-]{1,40}$' }), DetectorDeclaration, {
  additionalProperties: false,
  allowed: 'detectors by name',
  allowedNames: 'a name of at most 40 of a-z, 0-9, _ and -',
  description:
    'Several detectors, each with a baseline of its own. The one called default judges where nobody says which; without it that is as telemetry says.',
})

/** The configuration file: all that a variable can say, by the same schema, and what is watched. */
export const ConfigDocument = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'Where editors find this schema.' })),
    ...Object.fromEntries(
      [...VARIABLE_OF].map(([key, variable]) => [key, Type.Optional(settingOf(variable))]),
    ),
    telemetry: Type.Optional(TelemetryDeclaration),
    detectors: Type.Optional(Detectors),
  },
  {
    $id: 'https://codeflow-sentinel.example/schema/sentinel.schema.json',
    title: 'Configuration of CodeFlow Sentinel',
    description: 'What SENTINEL_CONFIG names. A variable of the environment wins over what is said here.',
    additionalProperties: false,
  },
)

function settingOf(variable: Variable): TSchema {
  const schema = Environment.properties[variable] as TSchema & { allowed?: string }
  const { description = '', allowed } = schema
  if (variable === 'SENTINEL_FEATURES')
    return Type.Unsafe({ ...FeaturePolicies, default: {}, allowed: 'policies by feature', description })
  if (!LISTS.includes(variable)) return schema
  const { default: _, ...one } = schema
  return Type.Union([schema, Type.Array(one as TSchema)], {
    description,
    ...(allowed !== undefined && { allowed }),
  })
}
