import { type Static, Type } from '@sinclair/typebox'
import { ALERT_DEFAULTS } from '../alerts/alert-options.js'
import { INCIDENTS_MAX } from '../alerts/incidents/incident-log.js'
import { ANOMALIES_MAX } from '../anomalies/anomaly-log.js'
import { DETECTOR_DEFAULTS } from '../detector/options.js'
import { FOREST_DEFAULTS, FOREST_RANGES, MAX_CONTAMINATION } from '../forest/options.js'
import { ERRORS, INPUT_LENGTH, LATENCY } from '../telemetry/features.js'

const HISTORY_LIMIT = 100_000
/** Patterns of one entry of a comma-separated list. */
const TOKEN = '[!-+\\--~]{1,512}'
const HOST = '(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}(?::\\d{1,5})?|\\[?[0-9A-Fa-f:.]{2,45}\\]?(?::\\d{1,5})?)'
const ORIGIN = 'https?://[^\\s/,?#@]{1,260}'

/**
 * Every environment variable of the service: type, range, default and meaning, said once. `allowed` says in words what a
 * pattern means, `restart` that a reload does not change it.
 */
export const Environment = Type.Object(
  {
    SENTINEL_CONFIG: Type.String({
      restart: true,
      default: '',
      maxLength: 4096,
      allowed: 'a file of settings in YAML or JSON, of at most 1 MiB',
      description: 'File with all that these variables say, which win over it, and with what is watched.',
    }),
    SENTINEL_HOST: Type.String({
      restart: true,
      default: '127.0.0.1',
      pattern: '^[^\\s/]{1,253}$',
      allowed: 'a host name or address to listen on',
      description: 'Address to listen on; one that is not loopback needs SENTINEL_API_TOKEN.',
    }),
    SENTINEL_PORT: Type.Union([Type.Integer({ minimum: 0, maximum: 65_535 }), Type.Literal('off')], {
      restart: true,
      default: 8000,
      description: 'Port to listen on; 0 takes a free one, off leaves SENTINEL_SOCKET alone.',
    }),
    SENTINEL_SOCKET: Type.String({
      restart: true,
      default: '',
      maxLength: 107,
      allowed: 'the path of a Unix socket, at most 107 bytes',
      description:
        'Unix socket to listen on, beside the port or instead of it. Whoever may write to it may call: there it asks for no token and limits no rate.',
    }),
    SENTINEL_SOCKET_MODE: Type.String({
      restart: true,
      default: '600',
      pattern: '^0?[0-7]{3}$',
      allowed: 'three octal digits such as 600, 660 or 666',
      description:
        'Who may call at SENTINEL_SOCKET, as the rights of a file; it belongs to the user of the process.',
    }),
    SENTINEL_LOG_LEVEL: Type.Union(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
      { default: 'info', description: 'Least important log lines to write (JSON lines on stdout).' },
    ),
    SENTINEL_API_TOKEN: Type.String({
      default: '',
      pattern: `^(?:${TOKEN}(?:\\s*,\\s*${TOKEN})*)?$`,
      allowed: 'one or more tokens of visible ASCII characters, separated by commas',
      description:
        'Bearer tokens that callers must present, except at /health*; several while one is replaced.',
      writeOnly: true,
    }),
    SENTINEL_API_TOKEN_FILE: Type.String({
      default: '',
      maxLength: 4096,
      allowed: 'a file of tokens, one a line, each of 16 to 512 letters, digits and -._~+/=',
      description: 'File with further tokens, such as a mounted secret; read at the start and on SIGHUP.',
    }),
    SENTINEL_ALLOW_UNAUTHENTICATED: Type.Boolean({
      default: false,
      allowed: 'true or false',
      description: 'Lets an address that is not loopback be served without a token.',
    }),
    SENTINEL_ALLOWED_HOSTS: Type.String({
      default: '',
      pattern: `^(?:\\*|${HOST}(?:\\s*,\\s*${HOST})*)?$`,
      allowed: 'host names or addresses, separated by commas, or *',
      description:
        'Names a Host header may carry besides localhost, any address and the name listened on; * for any.',
    }),
    SENTINEL_CORS_ORIGINS: Type.String({
      default: '',
      pattern: `^(?:${ORIGIN}(?:\\s*,\\s*${ORIGIN})*)?$`,
      allowed: 'origins such as https://dashboard.example, separated by commas',
      description: 'Web pages of other origins that may call; none by default.',
    }),
    SENTINEL_ADMIN_HOST: Type.String({
      restart: true,
      default: '127.0.0.1',
      pattern: '^[^\\s/]{1,253}$',
      allowed: 'a host name or address to listen on',
      description: 'Address of the second listener; the rule of SENTINEL_HOST applies.',
    }),
    SENTINEL_ADMIN_PORT: Type.Union([Type.Integer({ minimum: 0, maximum: 65_535 }), Type.Literal('off')], {
      restart: true,
      default: 'off',
      description: 'Port of a second listener that serves /health* and /metrics only.',
    }),
    SENTINEL_MAX_CONNECTIONS: Type.Integer({
      restart: true,
      default: 1024,
      minimum: 1,
      maximum: 65_535,
      description:
        'Connections served at a time, fewer where the process may not open more files; beyond it those give way that nothing is asked on.',
    }),
    SENTINEL_MAX_DELAY_MS: Type.Integer({
      default: 200,
      minimum: 0,
      maximum: 60_000,
      description: 'Event loop delay above which requests are shed with 503, in milliseconds; 0 never sheds.',
    }),
    SENTINEL_RATE_LIMIT: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 1_000_000,
      description: 'Requests a second for each valid token, or each address without one; 0 for no limit.',
    }),
    SENTINEL_TRUST_PROXY: Type.String({
      default: '',
      maxLength: 4096,
      allowed: 'addresses or subnets such as 10.0.0.0/8, separated by commas',
      description:
        'Proxies that say in X-Forwarded-For or Forwarded which address they ask for; the rate limit goes by that.',
    }),
    SENTINEL_IDEMPOTENCY_MAX: Type.Integer({
      default: 10_000,
      minimum: 0,
      maximum: 1_000_000,
      description: 'Answers kept for repeated Idempotency-Key headers; 0 ignores the header.',
    }),
    SENTINEL_DRAIN_MS: Type.Integer({
      restart: true,
      default: 0,
      minimum: 0,
      maximum: 600_000,
      description:
        'How long to serve on once it is to stop, with /health/ready answering 503, in milliseconds; for balancers that take a while to notice.',
    }),
    SENTINEL_STATE_DIR: Type.String({
      restart: true,
      default: '',
      maxLength: 4096,
      description: 'Folder in which the state survives a restart; without it a restart learns afresh.',
    }),
    SENTINEL_STATE_INTERVAL_MS: Type.Integer({
      default: 60_000,
      minimum: 100,
      maximum: 86_400_000,
      description: 'How often the state is written when it changed, in milliseconds.',
    }),
    SENTINEL_FOREST: Type.String({
      default: '',
      maxLength: 4096,
      allowed:
        'a file of at most 64 MiB with a forest of latency, input_length and errors, as toBytes() gives it or as JSON from scikit-learn',
      description: 'File with a forest that judges every record; then nothing is learnt here.',
    }),
    SENTINEL_HISTORY_MAX: Type.Integer({
      default: DETECTOR_DEFAULTS.historyMax,
      minimum: 2,
      maximum: HISTORY_LIMIT,
      description: 'Rows in the sliding window.',
    }),
    SENTINEL_CONTAMINATION: Type.Union(
      [Type.Number({ exclusiveMinimum: 0, maximum: MAX_CONTAMINATION }), Type.Literal('auto')],
      {
        default: FOREST_DEFAULTS.contamination,
        description:
          'Share of records that are odd to the forest and kept out of the baseline, or auto (threshold 0.5).',
      },
    ),
    SENTINEL_RETRAIN_EVERY: Type.Integer({
      default: DETECTOR_DEFAULTS.retrainEvery,
      minimum: 1,
      maximum: 1_000_000,
      description: 'Records between two fits of the forest.',
    }),
    SENTINEL_MIN_SAMPLES: Type.Integer({
      default: DETECTOR_DEFAULTS.minSamples,
      minimum: 2,
      maximum: HISTORY_LIMIT,
      description: 'Records before the first fit; at most SENTINEL_HISTORY_MAX.',
    }),
    SENTINEL_TREES: Type.Integer({
      default: FOREST_DEFAULTS.nTrees,
      minimum: FOREST_RANGES.nTrees.least,
      maximum: FOREST_RANGES.nTrees.most,
      description: 'Trees in the forest.',
    }),
    SENTINEL_SUBSAMPLE: Type.Integer({
      default: FOREST_DEFAULTS.subsampleSize,
      minimum: FOREST_RANGES.subsampleSize.least,
      maximum: FOREST_RANGES.subsampleSize.most,
      description: 'Rows each tree is grown on.',
    }),
    SENTINEL_SEED: Type.Integer({
      default: FOREST_DEFAULTS.seed,
      minimum: FOREST_RANGES.seed.least,
      maximum: FOREST_RANGES.seed.most,
      description: 'Seed of the forest: same records, options and seed, same verdicts.',
    }),
    SENTINEL_FIT: Type.Union([Type.Literal('background'), Type.Literal('sync')], {
      default: DETECTOR_DEFAULTS.fit,
      description:
        'When the forest is fitted: in the background while records go on being judged, or sync, at the record that makes a fit due, with time as the timestamps of the records tell it: for replays that give the same verdicts each time.',
    }),
    SENTINEL_TRAIN_DUTY: Type.Number({
      default: DETECTOR_DEFAULTS.trainDuty,
      exclusiveMinimum: 0,
      maximum: 1,
      description:
        'Share of one core that fitting may take. At 0.1 there are ten fits a second at first, and one a second from the 25th on.',
    }),
    SENTINEL_BASELINE: Type.Union([Type.Literal('guarded'), Type.Literal('window')], {
      default: DETECTOR_DEFAULTS.baseline,
      description:
        'What is learnt from: a baseline that an attack cannot fill, by route, or the last records as they are.',
    }),
    SENTINEL_ROUTES_MAX: Type.Integer({
      default: DETECTOR_DEFAULTS.routesMax,
      minimum: 1,
      maximum: 100_000,
      description: 'Routes with a profile of their own; the least recently used goes.',
    }),
    SENTINEL_MIN_CONFIDENCE: Type.Number({
      default: DETECTOR_DEFAULTS.minConfidence,
      minimum: 0,
      maximum: 1,
      description: 'An anomaly needs at least this confidence; an alert one of 1 - p.',
    }),
    SENTINEL_FEATURES: Type.String({
      default: '{}',
      maxLength: 4096,
      allowed: 'JSON',
      description:
        'What counts, as JSON by feature: direction (high, low, both), ignore (units), ignoreRelative (share of the median), and limit, above which a value is always answered with freeze.',
    }),
    SENTINEL_ALERTS: Type.Union([Type.Literal('calibrated'), Type.Literal('contamination')], {
      default: ALERT_DEFAULTS.mode,
      description:
        'Who is told: calibrated, by SENTINEL_ALERT_RATE and incidents, or by the labels of the forest as scikit-learn gives them.',
    }),
    SENTINEL_ALERT_RATE: Type.Number({
      default: ALERT_DEFAULTS.rate,
      exclusiveMinimum: 0,
      maximum: 0.1,
      description: 'Share of ordinary records that may be answered THREAT_DETECTED.',
    }),
    SENTINEL_FALSE_INCIDENTS: Type.Number({
      default: ALERT_DEFAULTS.falseIncidentsADay,
      exclusiveMinimum: 0,
      maximum: 10_000,
      description: 'False incidents a day that are bearable, at the traffic that there is.',
    }),
    SENTINEL_ACTIONS: Type.Union([Type.Literal('graded'), Type.Literal('freeze')], {
      default: ALERT_DEFAULTS.actions,
      description: 'What is recommended: observe, throttle or freeze by evidence, or always freeze.',
    }),
    SENTINEL_RULE_LATENCY_MS: Type.Number({
      default: LATENCY.ruleLimit,
      exclusiveMinimum: 0,
      maximum: 1e12,
      description: 'While there is no forest: latency above it, in milliseconds, is a threat.',
    }),
    SENTINEL_RULE_INPUT_LENGTH: Type.Integer({
      default: INPUT_LENGTH.ruleLimit,
      minimum: 1,
      maximum: 1e12,
      description: 'While there is no forest: input length above it is a threat.',
    }),
    SENTINEL_RULE_ERRORS: Type.Integer({
      default: ERRORS.ruleLimit,
      minimum: 1,
      maximum: 1e12,
      description: 'While there is no forest: an error count above it is a threat.',
    }),
    SENTINEL_EXPLAIN: Type.Union([Type.Literal('wait'), Type.Literal('background'), Type.Literal('rules')], {
      default: 'wait',
      description:
        'Who explains an anomaly: wait for the language model, ask it in the background, or rules only.',
    }),
    SENTINEL_LLM_TIMEOUT_MS: Type.Integer({
      default: 2000,
      minimum: 1,
      maximum: 600_000,
      description:
        'How long an answer may wait for the language model, in milliseconds; words that come later are kept with the anomaly.',
    }),
    SENTINEL_ANOMALIES_MAX: Type.Integer({
      restart: true,
      default: ANOMALIES_MAX,
      minimum: 1,
      maximum: 10_000,
      description: 'Recent anomalies kept to be looked up at /anomalies.',
    }),
    SENTINEL_INCIDENTS_MAX: Type.Integer({
      restart: true,
      default: INCIDENTS_MAX,
      minimum: 1,
      maximum: 1000,
      description: 'Recent incidents kept to be looked up at /incidents.',
    }),
    SENTINEL_WEBHOOK_URL: Type.String({
      default: '',
      maxLength: 2048,
      pattern: '^(?:[hH][tT][tT][pP][sS]?://[^\\s]+)?$',
      allowed: 'an http:// or https:// URL of at most 2048 characters',
      description: 'Where incidents are posted to when they open, grow and close; nowhere without it.',
      writeOnly: true,
    }),
    SENTINEL_WEBHOOK_FORMAT: Type.Union(
      [Type.Literal('plain'), Type.Literal('slack'), Type.Literal('alertmanager')],
      {
        default: 'plain',
        description:
          'What is posted: JSON of our own, a message for Slack, or alerts for the API of an Alertmanager.',
      },
    ),
    SENTINEL_WEBHOOK_SECRET: Type.String({
      default: '',
      pattern: '^(?:[!-~]{16,512})?$',
      allowed: '16 to 512 visible ASCII characters',
      description: 'Signs what is posted, so that the receiver knows whom it is from.',
      writeOnly: true,
    }),
    SENTINEL_WEBHOOK_TIMEOUT_MS: Type.Integer({
      default: 5000,
      minimum: 1,
      maximum: 60_000,
      description: 'How long the receiver may take to answer a post, in milliseconds.',
    }),
    SENTINEL_FLEET_URL: Type.String({
      default: '',
      maxLength: 2048,
      pattern: '^(?:(?:rediss?|unix)://[^\\s]+)?$',
      allowed: 'a redis://, rediss:// or unix:// URL of at most 2048 characters',
      description:
        'Redis or Valkey over which sentinels share what they learn; each learns by itself without it.',
      writeOnly: true,
    }),
    SENTINEL_FLEET_NAME: Type.String({
      default: 'default',
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
      allowed: '1 to 64 letters, digits and ._-, the first a letter or digit',
      description:
        'Sentinels of one name, and of the same settings of the detector and alerts, are one fleet.',
    }),
    SENTINEL_FLEET_ROLE: Type.Union([Type.Literal('auto'), Type.Literal('follower')], {
      default: 'auto',
      description: 'Whether this sentinel may lead its fleet: learn for all when nobody else does.',
    }),
    SENTINEL_FLEET_SAMPLE: Type.Integer({
      default: 200,
      minimum: 10,
      maximum: 10_000,
      description: 'Records a second that are sent to the leader to be learnt from, at most.',
    }),
    SENTINEL_FLEET_ROUTE_KEY: Type.String({
      default: '',
      maxLength: 1024,
      pattern: '^(?:\\S{16,})?$',
      allowed: '16 to 1024 characters without spaces',
      description:
        'Secret that routes are hashed with, the same at every replica: Redis, and whatever shows routes, then has hashes. They stay as they are without it.',
      writeOnly: true,
    }),
    SENTINEL_FLEET_LEASE_MS: Type.Integer({
      default: 3000,
      minimum: 500,
      maximum: 60_000,
      description: 'How long a leader that is not heard of stays leader, in milliseconds.',
    }),
    SENTINEL_FLEET_GRACE_MS: Type.Integer({
      default: 60_000,
      minimum: 1000,
      maximum: 86_400_000,
      description:
        'How long the last model is used while the bus does not answer, before the sentinel learns by itself, in milliseconds.',
    }),
    OLLAMA_HOST: Type.String({
      default: 'http://localhost:11434',
      pattern: '^\\S{1,2048}$',
      allowed: 'host:port, either of them, or an http:// or https:// URL',
      description: 'Where Ollama answers, as Ollama itself reads it.',
    }),
    OLLAMA_API_KEY: Type.String({
      default: '',
      pattern: '^[!-~]{0,4096}$',
      allowed: 'at most 4096 visible ASCII characters',
      description: 'Sent to Ollama, or to the proxy before it, as a bearer token.',
      writeOnly: true,
    }),
    OLLAMA_MODEL: Type.String({
      default: 'llama2',
      minLength: 1,
      maxLength: 256,
      description: 'Which model to ask.',
    }),
  },
  { additionalProperties: false },
)

export type Environment = Static<typeof Environment>
export type Variable = keyof Environment

/** Variables by name, such as `process.env`; what is missing or empty takes its default. */
export type EnvironmentSource = Readonly<Record<string, string | undefined>>
