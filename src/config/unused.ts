import type { Variable } from './schema.js'

/** What a condition leaves without use. */
type Rule = readonly [isUnused: (given: Given) => boolean, variables: readonly Variable[]]
/** Values as they were given; what is empty is not there. */
export type Given = Readonly<Partial<Record<string, string>>>

const RULES: readonly Rule[] = [
  [
    ({ SENTINEL_EXPLAIN }) => SENTINEL_EXPLAIN === 'rules',
    ['OLLAMA_HOST', 'OLLAMA_API_KEY', 'OLLAMA_MODEL', 'SENTINEL_LLM_TIMEOUT_MS'],
  ],
  [
    ({ SENTINEL_WEBHOOK_URL }) => SENTINEL_WEBHOOK_URL === undefined,
    ['SENTINEL_WEBHOOK_FORMAT', 'SENTINEL_WEBHOOK_SECRET', 'SENTINEL_WEBHOOK_TIMEOUT_MS'],
  ],
  [
    ({ SENTINEL_FLEET_URL }) => SENTINEL_FLEET_URL === undefined,
    [
      'SENTINEL_FLEET_NAME',
      'SENTINEL_FLEET_ROLE',
      'SENTINEL_FLEET_SAMPLE',
      'SENTINEL_FLEET_ROUTE_KEY',
      'SENTINEL_FLEET_LEASE_MS',
      'SENTINEL_FLEET_GRACE_MS',
    ],
  ],
  [({ SENTINEL_STATE_DIR }) => SENTINEL_STATE_DIR === undefined, ['SENTINEL_STATE_INTERVAL_MS']],
  [({ SENTINEL_PORT }) => SENTINEL_PORT === 'off', ['SENTINEL_HOST']],
  [({ SENTINEL_SOCKET }) => SENTINEL_SOCKET === undefined, ['SENTINEL_SOCKET_MODE']],
  [({ SENTINEL_ADMIN_PORT = 'off' }) => SENTINEL_ADMIN_PORT === 'off', ['SENTINEL_ADMIN_HOST']],
  [
    ({ SENTINEL_FOREST }) => SENTINEL_FOREST !== undefined,
    [
      'SENTINEL_MIN_SAMPLES',
      'SENTINEL_RETRAIN_EVERY',
      'SENTINEL_TREES',
      'SENTINEL_SUBSAMPLE',
      'SENTINEL_SEED',
      'SENTINEL_TRAIN_DUTY',
    ],
  ],
  [
    ({ SENTINEL_ALERTS }) => SENTINEL_ALERTS === 'contamination',
    ['SENTINEL_ALERT_RATE', 'SENTINEL_FALSE_INCIDENTS'],
  ],
  [({ SENTINEL_RATE_LIMIT = '0' }) => SENTINEL_RATE_LIMIT === '0', ['SENTINEL_TRUST_PROXY']],
]

/**
 * Variables that nothing would read, as the others are. A value of theirs that cannot be used does not stop the start:
 * it may well be meant for another program, as OLLAMA_HOST is.
 */
export function unusedVariables(given: Given): ReadonlySet<string> {
  return new Set(RULES.filter(([isUnused]) => isUnused(given)).flatMap(([, variables]) => variables))
}
