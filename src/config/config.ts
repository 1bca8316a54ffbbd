import { Ajv } from 'ajv'
import { envSchema } from 'env-schema'
import type { AlertOptions } from '../alerts/alert-options.js'
import { type FeaturePolicies, parseFeaturePolicies } from '../detector/baseline/policy.js'
import type { DetectorOptions } from '../detector/detector.js'
import type { ExplainMode } from '../explain/explainer.js'
import { readOllamaHost } from '../explain/llm/ollama-host.js'
import type { WebhookSettings } from '../notify/webhook-settings.js'
import { checkWebhookUrl } from '../notify/webhook-url.js'
import { FEATURES } from '../telemetry/features.js'
import { allowedBy, type ValueSchema } from '../text/allowed.js'
import { quoted } from '../text/quoted.js'
import { isLoopback } from './loopback.js'
import { parseProxyAddress } from './proxy-address.js'
import { Environment, type Variable } from './schema.js'
import { explainedLink, isServiceLink } from './service-links.js'
import { unusedVariables } from './unused.js'

/** Everything the service can be told, checked and grouped by the part that reads it. */
export interface Config {
  /** Address to listen on. */
  readonly host: string
  /** Port to listen on; 0 takes a free one. */
  readonly port: number
  /** The least important log lines that are written, as Fastify names levels. */
  readonly logLevel: string
  readonly access: AccessConfig
  readonly admin: AdminConfig
  readonly limits: LimitsConfig
  readonly state: StateConfig
  /** Path of the file with the forest that judges; null where the forest is learnt here. */
  readonly forestFile: string | null
  readonly detector: Required<
    Omit<DetectorOptions, 'forest' | 'features' | 'onFit' | 'onTrainerFault' | 'trainer'>
  >
  readonly explain: ExplainConfig
  /** Anomalies kept to be looked up. */
  readonly anomaliesMax: number
  /** Who is told of incidents; null for nobody. */
  readonly webhook: WebhookSettings | null
  /** Who is told. */
  readonly alerts: Required<AlertOptions>
  /** Incidents kept to be looked up. */
  readonly incidentsMax: number
  /** Variables whose values cannot be used, which does not matter as the others are. */
  readonly ignored: readonly string[]
}

/** Who may call. */
export interface AccessConfig {
  /** Bearer tokens that open everything; `/health*` needs none, and with an empty list nothing does. */
  readonly tokens: readonly string[]
  /** Whether others than this machine are served without a token, which SENTINEL_ALLOW_UNAUTHENTICATED allows. */
  readonly unauthenticated: boolean
  /** Names a `Host` header may carry besides the loopback names and the address listened on; `*` for any. */
  readonly allowedHosts: readonly string[]
  /** Origins of web pages that may call. */
  readonly corsOrigins: readonly string[]
  /** Addresses and subnets of proxies that are believed whom they ask for. */
  readonly trustedProxies: readonly string[]
}

/** A second listener for health and metrics; none when the port is null. */
export interface AdminConfig {
  readonly host: string
  readonly port: number | null
}

/** How much the service takes on before it refuses. */
export interface LimitsConfig {
  /** Connections served at a time; further ones are closed at once. */
  readonly maxConnections: number
  /** Mean delay of the event loop above which requests are shed, in milliseconds; 0 never sheds. */
  readonly maxDelayMs: number
  /** Requests a second for each caller; 0 for no limit. */
  readonly rateLimit: number
  /** Answers remembered for repeated requests; 0 remembers none. */
  readonly idempotencyMax: number
  /** How long the service still serves once it is to stop, in milliseconds. */
  readonly drainMs: number
}

/** Who explains an anomaly. */
export interface ExplainConfig {
  readonly mode: ExplainMode
  /** How long an answer may wait for the language model, in milliseconds. */
  readonly timeoutMs: number
  /** URL at which Ollama answers. */
  readonly ollamaHost: string
  /** Sent to it as a bearer token; null for none. */
  readonly ollamaApiKey: string | null
  /** The model to ask, as Ollama names it. */
  readonly ollamaModel: string
}

/** Where and how often the state is kept; nowhere when the folder is null. */
export interface StateConfig {
  /** Path of the folder. */
  readonly dir: string | null
  /** How often the state is written when it changed, in milliseconds. */
  readonly intervalMs: number
}

/** Variables by name, such as `process.env`; what is missing or empty takes its default. */
export type EnvironmentSource = Readonly<Record<string, string | undefined>>

/** A setting that cannot be used. The message is one line: variable, value, what is allowed. */
export class ConfigError extends Error {
  readonly code = 'SENTINEL_BAD_CONFIG'
  override readonly name = 'ConfigError'

  constructor(
    readonly variable: string,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Reads the configuration from environment variables; what is missing or empty takes its default.
 * @throws ConfigError at the first value that cannot be used, or that does not go with another
 */
export function loadConfig(source: EnvironmentSource = process.env): Config {
  const { env, ignored } = read(source)
  checkTogether(env, source)
  return {
    host: withoutBrackets(env.SENTINEL_HOST),
    port: env.SENTINEL_PORT,
    logLevel: env.SENTINEL_LOG_LEVEL,
    access: {
      tokens: listed(env.SENTINEL_API_TOKEN),
      unauthenticated:
        env.SENTINEL_API_TOKEN === '' && !(isLoopback(env.SENTINEL_HOST) && isLoopback(adminHostOf(env))),
      allowedHosts: listed(env.SENTINEL_ALLOWED_HOSTS.toLowerCase()),
      corsOrigins: listed(env.SENTINEL_CORS_ORIGINS.toLowerCase()),
      trustedProxies: listed(env.SENTINEL_TRUST_PROXY),
    },
    admin: {
      host: withoutBrackets(env.SENTINEL_ADMIN_HOST),
      port: env.SENTINEL_ADMIN_PORT === 'off' ? null : env.SENTINEL_ADMIN_PORT,
    },
    limits: {
      maxConnections: env.SENTINEL_MAX_CONNECTIONS,
      maxDelayMs: maxDelayOf(env, source),
      rateLimit: env.SENTINEL_RATE_LIMIT,
      idempotencyMax: env.SENTINEL_IDEMPOTENCY_MAX,
      drainMs: env.SENTINEL_DRAIN_MS,
    },
    state: {
      dir: env.SENTINEL_STATE_DIR === '' ? null : env.SENTINEL_STATE_DIR,
      intervalMs: env.SENTINEL_STATE_INTERVAL_MS,
    },
    forestFile: env.SENTINEL_FOREST === '' ? null : env.SENTINEL_FOREST,
    detector: {
      historyMax: env.SENTINEL_HISTORY_MAX,
      contamination: env.SENTINEL_CONTAMINATION,
      retrainEvery: env.SENTINEL_RETRAIN_EVERY,
      minSamples: Math.min(env.SENTINEL_MIN_SAMPLES, env.SENTINEL_HISTORY_MAX),
      nTrees: env.SENTINEL_TREES,
      subsampleSize: env.SENTINEL_SUBSAMPLE,
      seed: env.SENTINEL_SEED,
      fit: env.SENTINEL_FIT,
      trainDuty: env.SENTINEL_TRAIN_DUTY,
      baseline: env.SENTINEL_FOREST === '' ? env.SENTINEL_BASELINE : 'window',
      routesMax: env.SENTINEL_ROUTES_MAX,
      minConfidence: env.SENTINEL_MIN_CONFIDENCE,
      policies: readPolicies(env.SENTINEL_FEATURES),
      rules: {
        latency: env.SENTINEL_RULE_LATENCY_MS,
        input_length: env.SENTINEL_RULE_INPUT_LENGTH,
        errors: env.SENTINEL_RULE_ERRORS,
      },
    },
    explain: {
      mode: env.SENTINEL_EXPLAIN,
      timeoutMs: env.SENTINEL_LLM_TIMEOUT_MS,
      ollamaHost: readOllamaHost(env.OLLAMA_HOST),
      ollamaApiKey: env.OLLAMA_API_KEY === '' ? null : env.OLLAMA_API_KEY,
      ollamaModel: env.OLLAMA_MODEL,
    },
    anomaliesMax: env.SENTINEL_ANOMALIES_MAX,
    webhook: webhookIn(env),
    alerts: {
      mode: env.SENTINEL_ALERTS,
      rate: env.SENTINEL_ALERT_RATE,
      falseIncidentsADay: env.SENTINEL_FALSE_INCIDENTS,
      actions: env.SENTINEL_ACTIONS,
    },
    incidentsMax: env.SENTINEL_INCIDENTS_MAX,
    ignored,
  }
}

/** What clients are told by, in an `.env` that they may share with the service. */
const CLIENTS_OWN = new Set(['SENTINEL_URL'])

/**
 * Variables that look like ours and are none: nearly always a typing error worth a word in the log.
 * @internal
 */
export function unknownVariables(source: EnvironmentSource = process.env): string[] {
  return Object.keys(source).filter(
    (name) =>
      name.startsWith('SENTINEL_') &&
      !Object.hasOwn(Environment.properties, name) &&
      !CLIENTS_OWN.has(name) &&
      !isServiceLink(name, source[name]),
  )
}

/** What was given, each value checked by itself. */
function read(source: EnvironmentSource): { env: Environment; ignored: string[] } {
  const given: Record<string, string> = {}
  for (const name of variables()) {
    const value = source[name]?.trim()
    if (value !== undefined && value !== '') given[name] = value
  }
  const unused = unusedVariables(given)
  const ignored: string[] = []
  for (;;) {
    try {
      return { env: checked(given, source), ignored }
    } catch (error) {
      if (!(error instanceof ConfigError) || !unused.has(error.variable)) throw error
      delete given[error.variable]
      ignored.push(error.variable)
    }
  }
}

function checked(given: Readonly<Record<string, string>>, source: EnvironmentSource): Environment {
  for (const name of variables()) {
    const value = given[name]
    if (value !== undefined) checkWriting(name, value)
  }
  // To check the schema itself, which is ours, would add a tenth to the time of a start.
  const ajv = new Ajv({
    coerceTypes: true,
    useDefaults: true,
    validateSchema: false,
    meta: false,
    keywords: ['allowed'],
  })
  let env: Environment
  try {
    env = envSchema<Environment>({ schema: Environment, data: given, env: false, ajv })
  } catch (error) {
    const variable = variables().find((name) => `/${name}` === ajv.errors?.[0]?.instancePath)
    throw variable === undefined ? error : refusal(variable, source)
  }
  for (const name of variables()) {
    // ajv reads 1e999 as Infinity, and lets that pass whatever the maximum.
    if (typeof env[name] === 'number' && !Number.isFinite(env[name])) throw refusal(name, source)
  }
  if (listed(env.SENTINEL_TRUST_PROXY).some((entry) => parseProxyAddress(entry) === null)) {
    throw refusal('SENTINEL_TRUST_PROXY', source)
  }
  checkUrl('OLLAMA_HOST', () => readOllamaHost(env.OLLAMA_HOST))
  return env
}

/** What a value looks like that came to us by a way that was not meant. */
function checkWriting(name: Variable, value: string): void {
  const link = explainedLink(name, value)
  if (link !== null) throw new ConfigError(name, `${name}=${shown(name, value)} cannot be used: ${link}`)
  // JSON has quotes of its own.
  const parts = value.startsWith('{') ? [value] : [value, ...listed(value)]
  if (parts.some((text) => /^(["']).*\1$/s.test(text))) {
    throw new ConfigError(
      name,
      `${name}=${shown(name, value)} cannot be used: the quotes are part of it; leave them out, as docker --env-file hands them on`,
    )
  }
}

/** What no single value can say: settings that must fit each other. */
function checkTogether(env: Environment, source: EnvironmentSource): void {
  if (env.SENTINEL_FOREST === '' && env.SENTINEL_MIN_SAMPLES > env.SENTINEL_HISTORY_MAX) {
    throw refusal(
      'SENTINEL_MIN_SAMPLES',
      source,
      `a whole number from 2 to SENTINEL_HISTORY_MAX, which is ${env.SENTINEL_HISTORY_MAX}`,
    )
  }
  if (env.SENTINEL_FOREST !== '' && source.SENTINEL_BASELINE?.trim() === 'guarded') {
    throw refusal('SENTINEL_BASELINE', source, 'window, or left out, where SENTINEL_FOREST is set')
  }
  checkBinding('SENTINEL_HOST', env.SENTINEL_HOST, env)
  checkBinding('SENTINEL_ADMIN_HOST', adminHostOf(env), env)
  if (env.SENTINEL_WEBHOOK_URL !== '') {
    checkUrl('SENTINEL_WEBHOOK_URL', () =>
      checkWebhookUrl(env.SENTINEL_WEBHOOK_URL, env.SENTINEL_WEBHOOK_FORMAT),
    )
  }
}

/** A replay keeps the process busy on purpose, and a record that is shed would change all verdicts after it. */
function maxDelayOf(env: Environment, source: EnvironmentSource): number {
  const given = source.SENTINEL_MAX_DELAY_MS?.trim() ?? ''
  return env.SENTINEL_FIT === 'sync' && given === '' ? 0 : env.SENTINEL_MAX_DELAY_MS
}

/** @param check whose message does not repeat the value, which may hold a password */
function checkUrl(variable: Variable, check: () => unknown): void {
  try {
    check()
  } catch (error) {
    throw new ConfigError(variable, (error as Error).message)
  }
}

function webhookIn(env: Environment): WebhookSettings | null {
  if (env.SENTINEL_WEBHOOK_URL === '') return null
  return {
    url: env.SENTINEL_WEBHOOK_URL,
    format: env.SENTINEL_WEBHOOK_FORMAT,
    secret: env.SENTINEL_WEBHOOK_SECRET === '' ? null : env.SENTINEL_WEBHOOK_SECRET,
    timeoutMs: env.SENTINEL_WEBHOOK_TIMEOUT_MS,
  }
}

function readPolicies(json: string): FeaturePolicies {
  try {
    return parseFeaturePolicies(json, FEATURES)
  } catch (error) {
    throw new ConfigError(
      'SENTINEL_FEATURES',
      `SENTINEL_FEATURES cannot be used: ${(error as Error).message}`,
    )
  }
}

/** An address beyond loopback can be called by the whole network: it needs a token, or the word that none is wanted. */
function checkBinding(variable: Variable, host: string, env: Environment): void {
  if (isLoopback(host) || env.SENTINEL_API_TOKEN !== '' || env.SENTINEL_ALLOW_UNAUTHENTICATED) return
  throw new ConfigError(
    variable,
    `${variable}=${quoted(host)} cannot be used without a token, because others than this machine reach it: ` +
      'set SENTINEL_API_TOKEN, or SENTINEL_ALLOW_UNAUTHENTICATED=true if something else keeps them out',
  )
}

/** The address of the second listener, or that of the first where there is no second. */
function adminHostOf(env: Environment): string {
  return env.SENTINEL_ADMIN_PORT === 'off' ? env.SENTINEL_HOST : env.SENTINEL_ADMIN_HOST
}

function listed(text: string): string[] {
  return text === '' ? [] : text.split(',').map((entry) => entry.trim())
}

function refusal(variable: Variable, source: EnvironmentSource, allowed?: string): ConfigError {
  const schema: ValueSchema & { default?: unknown } = Environment.properties[variable]
  const value = source[variable] ?? ''
  const given = value.trim() === '' ? `${schema.default} (the default)` : shown(variable, value)
  return new ConfigError(
    variable,
    `${variable}=${given} cannot be used: it must be ${allowed ?? allowedBy(schema)}`,
  )
}

/** A value for a message; not what is a secret, or a URL that may hold one. */
function shown(variable: Variable, value: string): string {
  const { writeOnly }: { writeOnly?: boolean } = Environment.properties[variable]
  return writeOnly === true || value.includes('@') ? '"…"' : quoted(value)
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

function variables(): Variable[] {
  return Object.keys(Environment.properties) as Variable[]
}
