import type { AlertOptions } from '../alerts/alert-options.js'
import { parseFeaturePolicies } from '../detector/baseline/policy.js'
import type { DetectorOptions } from '../detector/detector.js'
import type { DetectorListener } from '../detector/options.js'
import { DEFAULT_DETECTOR } from '../detectors/default-detector.js'
import type { DetectorSettings } from '../detectors/detectors.js'
import type { ExplainMode } from '../explain/explainer.js'
import { readOllamaHost } from '../explain/llm/ollama-host.js'
import type { FleetSettings } from '../fleet/fleet-options.js'
import { withHashedRoutes } from '../fleet/model/hashed-routes.js'
import type { WebhookSettings } from '../notify/webhook-settings.js'
import type { FeaturePolicies } from '../telemetry/feature-policy.js'
import type { Feature } from '../telemetry/features.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from '../telemetry/model.js'
import { ConfigError } from './config-error.js'
import { listed, readEnvironment } from './environment.js'
import { type ConfigFile, readConfigFile } from './file/config-file.js'
import type { DeclaredWatching } from './file/declared-detectors.js'
import { isLoopback } from './loopback.js'
import type { Environment, EnvironmentSource } from './schema.js'
import { checkAlone, checkTogether, hostsOf } from './together.js'
import { tokensFrom } from './token-file.js'

const REQUESTS: DeclaredWatching = { telemetry: REQUEST_TELEMETRY, detectors: null }

/** Everything the service can be told, checked and grouped by the part that reads it. */
export interface Config {
  /** Address to listen on. */
  readonly host: string
  /** Port to listen on; 0 takes a free one, null where there is only a socket. */
  readonly port: number | null
  /** Unix socket to listen on; null for none. */
  readonly socket: SocketConfig | null
  /** The least important log lines that are written, as Fastify names levels. */
  readonly logLevel: string
  readonly access: AccessConfig
  readonly admin: AdminConfig
  readonly limits: LimitsConfig
  readonly state: StateConfig
  /** Path of the file with the forest that judges; null where the forest is learnt here. */
  readonly forestFile: string | null
  /** What is watched. */
  readonly telemetry: TelemetryModel
  readonly detector: Required<
    Omit<DetectorOptions, 'forest' | 'telemetry' | DetectorListener | 'clock' | 'rangeExtension' | 'trainer'>
  >
  /** The detectors that a file sets up, `default` first; null where there is one alone. */
  readonly detectors: readonly DetectorSettings[] | null
  readonly explain: ExplainConfig
  /** Anomalies kept to be looked up. */
  readonly anomaliesMax: number
  /** Who is told of incidents; null for nobody. */
  readonly webhook: WebhookSettings | null
  /** The fleet that it takes part in; null for none. */
  readonly fleet: FleetSettings | null
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

/** A Unix socket, whose rights decide who may call. */
export interface SocketConfig {
  readonly path: string
  /** Rights of the file, such as 0o600. */
  readonly mode: number
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

/**
 * Reads the configuration from environment variables, and from the file that SENTINEL_CONFIG names, over which they win;
 * what is missing or empty in both takes its default.
 * @param held values that win over both
 * @throws ConfigError at the first value that cannot be used, or that does not go with another
 */
export function loadConfig(source: EnvironmentSource = process.env, held: EnvironmentSource = {}): Config {
  const path = source.SENTINEL_CONFIG?.trim() ?? ''
  if (path === '') return configFrom({ ...source, ...held }, REQUESTS)
  const file = readConfigFile(path)
  try {
    return configFrom({ ...over(file.variables, source), ...held }, file)
  } catch (error) {
    throw error instanceof ConfigError ? located(error, file, source) : error
  }
}

/** Settings of a file under those of an environment; what is empty there is not set. */
export function over(file: EnvironmentSource, environment: EnvironmentSource): EnvironmentSource {
  const set = Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== '')
  return { ...file, ...Object.fromEntries(set) }
}

/** An error with its place where a file is to blame. */
function located(error: ConfigError, file: ConfigFile, environment: EnvironmentSource): ConfigError {
  const place = file.placeOf(error.variable)
  const overruled = (environment[error.variable]?.trim() ?? '') !== ''
  return place === null || overruled ? error : new ConfigError(error.variable, `${place} ${error.message}`)
}

function configFrom(source: EnvironmentSource, { telemetry: declared, detectors }: DeclaredWatching): Config {
  const { env, ignored } = readEnvironment(source)
  const fleet = fleetIn(env)
  // Before anything is learnt of them: then no part of the service has to tell names from hashes.
  const telemetry = fleet?.routeKey == null ? declared : withHashedRoutes(declared, fleet.routeKey)
  const tokens = tokensIn(env)
  checkTogether(env, source, tokens.length > 0)
  if (detectors !== null) checkAlone(env, source)
  const detector = detectorIn(env, telemetry, source)
  return {
    host: withoutBrackets(env.SENTINEL_HOST),
    port: env.SENTINEL_PORT === 'off' ? null : env.SENTINEL_PORT,
    socket:
      env.SENTINEL_SOCKET === ''
        ? null
        : { path: env.SENTINEL_SOCKET, mode: Number.parseInt(env.SENTINEL_SOCKET_MODE, 8) },
    logLevel: env.SENTINEL_LOG_LEVEL,
    access: {
      tokens,
      unauthenticated: tokens.length === 0 && !hostsOf(env).every(({ host }) => isLoopback(host)),
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
    telemetry,
    detector,
    detectors:
      detectors?.map(({ name, telemetry: watched, ...rest }) => {
        const own = name === DEFAULT_DETECTOR ? detector : detectorIn(env, watched, source, '{}')
        return { name, ...rest, detector: { ...own, telemetry: watched } }
      }) ?? null,
    explain: {
      mode: env.SENTINEL_EXPLAIN,
      timeoutMs: env.SENTINEL_LLM_TIMEOUT_MS,
      ollamaHost: readOllamaHost(env.OLLAMA_HOST),
      ollamaApiKey: env.OLLAMA_API_KEY === '' ? null : env.OLLAMA_API_KEY,
      ollamaModel: env.OLLAMA_MODEL,
    },
    anomaliesMax: env.SENTINEL_ANOMALIES_MAX,
    webhook: webhookIn(env),
    fleet,
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

/** How one detector learns and judges. @param policies those that are said of features beside their declarations, as JSON */
function detectorIn(
  env: Environment,
  telemetry: TelemetryModel,
  source: EnvironmentSource,
  policies = env.SENTINEL_FEATURES,
): Config['detector'] {
  return {
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
    policies: readPolicies(policies, telemetry.features),
    rules: rulesOf(env, telemetry, source),
  }
}

function tokensIn(env: Environment): string[] {
  const fromFile = env.SENTINEL_API_TOKEN_FILE === '' ? [] : tokensFrom(env.SENTINEL_API_TOKEN_FILE)
  return [...listed(env.SENTINEL_API_TOKEN), ...fromFile]
}

/** A replay keeps the process busy on purpose, and a record that is shed would change all verdicts after it. */
function maxDelayOf(env: Environment, source: EnvironmentSource): number {
  const given = source.SENTINEL_MAX_DELAY_MS?.trim() ?? ''
  return env.SENTINEL_FIT === 'sync' && given === '' ? 0 : env.SENTINEL_MAX_DELAY_MS
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

const RULES = {
  latency: 'SENTINEL_RULE_LATENCY_MS',
  input_length: 'SENTINEL_RULE_INPUT_LENGTH',
  errors: 'SENTINEL_RULE_ERRORS',
} as const

/** The static limits; the defaults are those of requests, and say nothing of a declared feature that is called the same. */
function rulesOf(
  env: Environment,
  { features }: TelemetryModel,
  source: EnvironmentSource,
): Record<string, number> {
  const rules: Record<string, number> = {}
  for (const { name, ruleLimit } of features) {
    const variable = Object.hasOwn(RULES, name) ? RULES[name as keyof typeof RULES] : undefined
    const said = variable !== undefined && (source[variable]?.trim() ?? '') !== ''
    const limit = said ? env[variable] : ruleLimit
    if (limit !== undefined) rules[name] = limit
  }
  return rules
}

function fleetIn(env: Environment): FleetSettings | null {
  if (env.SENTINEL_FLEET_URL === '') return null
  return {
    url: env.SENTINEL_FLEET_URL,
    name: env.SENTINEL_FLEET_NAME,
    role: env.SENTINEL_FLEET_ROLE,
    sampleRate: env.SENTINEL_FLEET_SAMPLE,
    routeKey: env.SENTINEL_FLEET_ROUTE_KEY === '' ? null : env.SENTINEL_FLEET_ROUTE_KEY,
    leaseMs: env.SENTINEL_FLEET_LEASE_MS,
    graceMs: env.SENTINEL_FLEET_GRACE_MS,
  }
}

/** The default: to compile what checks it would take longer than all the rest. */
const NO_POLICIES = '{}'

function readPolicies(json: string, features: readonly Feature[]): FeaturePolicies {
  try {
    return json === NO_POLICIES ? {} : parseFeaturePolicies(json, features)
  } catch (error) {
    throw new ConfigError(
      'SENTINEL_FEATURES',
      `SENTINEL_FEATURES cannot be used: ${(error as Error).message}`,
    )
  }
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
