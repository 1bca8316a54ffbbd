import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROUTES_KEPT } from '#sentinel/activity/route-activity.js'
import { QUEUE_MAX } from '#sentinel/adapters/report/reporter.js'
import { MUTES_MAX } from '#sentinel/alerts/operator/mutes.js'
import { LONGEST_LINE_BYTES } from '#sentinel/cli/history/line-splitter.js'
import { MAX_CONFIG_BYTES, MAX_CONFIG_MARKS } from '#sentinel/config/file/config-file.js'
import { MAX_FOREST_BYTES } from '#sentinel/config/forest-file.js'
import { Environment, type Variable } from '#sentinel/config/schema.js'
import { SOCKET_PATH_BYTES } from '#sentinel/config/together.js'
import { MAX_TOKENS_BYTES } from '#sentinel/config/token-file.js'
import { FILES_A_PLACE } from '#sentinel/detectors/detectors.js'
import { MAX_ASSESSMENT_CHARS } from '#sentinel/explain/llm/assessment.js'
import { MAX_BODY_BYTES } from '#sentinel/explain/llm/bounded-fetch.js'
import { NAME_BYTES } from '#sentinel/fleet/samples/sample-codec.js'
import { BATCH_ANSWERS_MOST } from '#sentinel/http/batch/batch-memory.js'
import {
  ADMIN_CONNECTIONS_MOST,
  BATCH_BODIES_BYTES,
  BATCH_BODY_LIMIT_BYTES,
  BATCH_RECORDS_MOST,
  BATCHES_MOST,
  BODY_LIMIT_BYTES,
  CALLERS_MOST,
  HEADER_LIMIT_BYTES,
  HEADERS_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  JSON_DEPTH_MOST,
  LIVE_STREAMS_MOST,
  REQUEST_TIMEOUT_MS,
  SPAN_JSON_LIMIT_BYTES,
  STREAMS_MOST,
  UNREAD_ANSWERS_BYTES,
  WAITING_MOST,
} from '#sentinel/http/limits.js'
import { MAX_QUEUED } from '#sentinel/notify/webhook.js'
import { MAX_STATE_BYTES } from '#sentinel/state/file/whole-file.js'
import { ENTITIES, FEATURES_MOST } from '#sentinel/telemetry/declared/declaration.js'
import { LONGEST_KEY } from '#sentinel/telemetry/derived/columns.js'
import { KEYS_MAX } from '#sentinel/telemetry/derived/keyed-slots.js'
import { root } from './markdown.js'

const page = readFileSync(join(root, 'docs/limits.md'), 'utf8')
const rows = [...page.matchAll(/^\| (?!what|---)(.+?) \|(.*?)\|(.*?)\| (.+) \|$/gm)].map(
  ([, what = '', most = '', variable = '', beyond = '']) => ({
    what,
    most: most.trim(),
    variable: variable.trim().replaceAll('`', ''),
    beyond,
  }),
)

function count(n: number): string {
  return n.toLocaleString('en-US')
}

function bytes(n: number): string {
  return n >= 2 ** 20 ? `${n / 2 ** 20} MiB` : `${n / 1024} KiB`
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}

test.each([
  ['Body of a request', bytes(BODY_LIMIT_BYTES)],
  ['Body of a batch', bytes(BATCH_BODY_LIMIT_BYTES)],
  ['Records of a batch', count(BATCH_RECORDS_MOST)],
  ["A span, or a resource, in OTLP's JSON", bytes(SPAN_JSON_LIMIT_BYTES)],
  ['Bodies of batches taken in at a time', bytes(BATCH_BODIES_BYTES)],
  ['Batches judged at a time', count(BATCHES_MOST)],
  ['Request line and headers', bytes(HEADER_LIMIT_BYTES)],
  ['Arrays and objects in one another, in JSON', count(JSON_DEPTH_MOST)],
  ["Time for a request's headers", seconds(HEADERS_TIMEOUT_MS)],
  ['Time for a whole request', seconds(REQUEST_TIMEOUT_MS)],
  ['Time without a byte on a connection', seconds(IDLE_TIMEOUT_MS)],
  ['Connections of the second listener', count(ADMIN_CONNECTIONS_MOST)],
  ['Requests that wait, of all connections', count(WAITING_MOST)],
  ['Text of answers that nobody reads', bytes(UNREAD_ANSWERS_BYTES)],
  ['Event streams', count(STREAMS_MOST)],
  ['Streams of how things stand', count(LIVE_STREAMS_MOST)],
  ['Entities with a baseline in memory, of each detector', count(ENTITIES)],
  ['Files of entities, for each place', count(FILES_A_PLACE)],
  ['Routes looked after for people', count(ROUTES_KEPT)],
  ['Callers told apart by the rate limit', count(CALLERS_MOST)],
  ['File of a state', bytes(MAX_STATE_BYTES)],
  ['File of a forest', bytes(MAX_FOREST_BYTES)],
  ['File of settings', bytes(MAX_CONFIG_BYTES)],
  ['Keys and values in it', count(MAX_CONFIG_MARKS)],
  ['File of tokens', bytes(MAX_TOKENS_BYTES)],
  ['Path of a Unix socket', `${SOCKET_PATH_BYTES} bytes`],
  ['Features, and columns of derived ones', count(FEATURES_MOST)],
  ['Keys that a derived value remembers', count(KEYS_MAX)],
  ['Key of a derived value', `${LONGEST_KEY} characters`],
  ['Mutes in force', count(MUTES_MAX)],
  ['Answers to batches kept for it', count(BATCH_ANSWERS_MOST)],
  ['Answer of a language model', bytes(MAX_BODY_BYTES)],
  ['Notifications that wait for the webhook', count(MAX_QUEUED)],
  ['Name of a replica', `${NAME_BYTES} bytes`],
  ['Line of a log that is replayed or watched', bytes(LONGEST_LINE_BYTES)],
  ['Records that wait in an adapter for its sentinel', count(QUEUE_MAX)],
  ['Words of a language model', `${MAX_ASSESSMENT_CHARS} characters`],
])('the page says of %s what the code does: %s', (what, most) => {
  expect(rows.find((row) => row.what === what)?.most).toBe(most)
})

const variables = rows.filter(({ variable }) => variable.startsWith('SENTINEL_'))

test('the page names variables', () => {
  expect(variables.length).toBeGreaterThan(6)
})

test.each(variables)('the page gives the default of $variable', ({ variable, most }) => {
  const value = Environment.properties[variable as Variable].default as number
  const shown = variable === 'SENTINEL_RATE_LIMIT' ? 'no limit' : count(value)
  expect([shown, `${shown} ms`]).toContain(most)
})
