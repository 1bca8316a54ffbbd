import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROUTES_KEPT } from '#sentinel/activity/route-activity.js'
import { Environment, type Variable } from '#sentinel/config/schema.js'
import { MAX_ASSESSMENT_CHARS } from '#sentinel/explain/llm/assessment.js'
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
import { MAX_STATE_BYTES } from '#sentinel/state/state-file.js'
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
  ['Routes looked after for people', count(ROUTES_KEPT)],
  ['Callers told apart by the rate limit', count(CALLERS_MOST)],
  ['File of a state', bytes(MAX_STATE_BYTES)],
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
