import { Ajv } from 'ajv'
import { allowedBy, type ValueSchema } from './allowed.js'
import { Environment, type Variable } from './config-schema.js'
import type { DetectorOptions } from './detector/detector.js'
import type { ExplainerOptions } from './explain/explainer.js'
import { checkOllamaHost } from './explain/ollama-host.js'
import { quoted } from './quoted.js'

/** Everything the service can be told, checked and grouped by the part that reads it. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly logLevel: string
  readonly detector: Omit<DetectorOptions, 'onFit' | 'onTrainerFault'>
  readonly explain: Pick<ExplainerOptions, 'mode' | 'timeoutMs' | 'ollamaHost' | 'ollamaModel'>
  /** Anomalies kept to be looked up. */
  readonly anomaliesMax: number
}

export type EnvironmentSource = Readonly<Record<string, string | undefined>>

/** A setting that cannot be used. The message is one line: variable, value, what is allowed. */
export class ConfigError extends Error {
  readonly code = 'SENTINEL_BAD_CONFIG'
  override readonly name = 'ConfigError'

  constructor(
    readonly variable: Variable,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Reads the configuration from environment variables; what is missing or empty takes its default.
 * @throws ConfigError at the first value out of range.
 */
export function loadConfig(source: EnvironmentSource = process.env): Config {
  const env = read(source)
  checkTogether(env, source)
  return {
    host: env.SENTINEL_HOST,
    port: env.SENTINEL_PORT,
    logLevel: env.SENTINEL_LOG_LEVEL,
    detector: {
      historyMax: env.SENTINEL_HISTORY_MAX,
      contamination: env.SENTINEL_CONTAMINATION,
      retrainEvery: env.SENTINEL_RETRAIN_EVERY,
      minSamples: env.SENTINEL_MIN_SAMPLES,
      nTrees: env.SENTINEL_TREES,
      subsampleSize: env.SENTINEL_SUBSAMPLE,
      seed: env.SENTINEL_SEED,
      trainDuty: env.SENTINEL_TRAIN_DUTY,
      rules: {
        latency: env.SENTINEL_RULE_LATENCY_MS,
        input_length: env.SENTINEL_RULE_INPUT_LENGTH,
        errors: env.SENTINEL_RULE_ERRORS,
      },
    },
    explain: {
      mode: env.SENTINEL_EXPLAIN,
      timeoutMs: env.SENTINEL_LLM_TIMEOUT_MS,
      ollamaHost: env.OLLAMA_HOST,
      ollamaModel: env.OLLAMA_MODEL,
    },
    anomaliesMax: env.SENTINEL_ANOMALIES_MAX,
  }
}

/** Variables that look like ours and are none: nearly always a typing error worth a word in the log. */
export function unknownVariables(source: EnvironmentSource = process.env): string[] {
  return Object.keys(source).filter(
    (name) => name.startsWith('SENTINEL_') && !Object.hasOwn(Environment.properties, name),
  )
}

function read(source: EnvironmentSource): Environment {
  const given: Record<string, string> = {}
  for (const name of variables()) {
    const value = source[name]?.trim()
    if (value !== undefined && value !== '') given[name] = value
  }
  // The schema is ours: checking it against the schema of schemas would double the time of a start.
  const ajv = new Ajv({
    coerceTypes: true,
    useDefaults: true,
    validateSchema: false,
    meta: false,
    keywords: ['allowed'],
  })
  const environment: object = given
  if (ajv.validate<Environment>(Environment, environment)) return environment
  const variable = variables().find((name) => `/${name}` === ajv.errors?.[0]?.instancePath)
  if (variable === undefined) throw new Error(ajv.errorsText(null, { dataVar: 'the environment' }))
  throw refusal(variable, source)
}

/** What no single schema can say: numbers that overflow, settings that must fit each other, addresses. */
function checkTogether(env: Environment, source: EnvironmentSource): void {
  for (const name of variables()) {
    // ajv takes 1e999 for a number, and then no maximum looks at it.
    if (typeof env[name] === 'number' && !Number.isFinite(env[name])) throw refusal(name, source)
  }
  if (env.SENTINEL_MIN_SAMPLES > env.SENTINEL_HISTORY_MAX) {
    throw refusal(
      'SENTINEL_MIN_SAMPLES',
      source,
      `a whole number from 2 to SENTINEL_HISTORY_MAX, which is ${env.SENTINEL_HISTORY_MAX}`,
    )
  }
  try {
    checkOllamaHost(env.OLLAMA_HOST)
  } catch (error) {
    // This message does not repeat the value, which may hold a password.
    throw new ConfigError('OLLAMA_HOST', (error as Error).message)
  }
}

function refusal(variable: Variable, source: EnvironmentSource, allowed?: string): ConfigError {
  const schema: ValueSchema & { default?: unknown } = Environment.properties[variable]
  const value = source[variable]
  const given = value === undefined || value.trim() === '' ? `${schema.default} (the default)` : quoted(value)
  return new ConfigError(
    variable,
    `${variable}=${given} cannot be used: it must be ${allowed ?? allowedBy(schema)}`,
  )
}

function variables(): Variable[] {
  return Object.keys(Environment.properties) as Variable[]
}
