import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Sentinel } from '../../sentinel.js'
import { type BatchTotals, judgeBatch } from '../batch/batch-judge.js'
import { batchLines, checkLineCount, type ParseJson } from '../batch/batch-lines.js'
import { describing, ENDPOINTS } from '../endpoints.js'
import { AccessError, ApiError } from '../errors/error-codes.js'
import { bodyRefusal } from '../plugins/json-body.js'
import { readBody } from '../read-body.js'
import { BatchQuery, BatchSummary, type BatchThreat, type RejectedLine } from '../schemas/batch.js'
import { errorResponse, errorResponses } from '../schemas/error.js'
import { referenceTo } from '../schemas/reference.js'

export interface AnalyzeBatchOptions {
  readonly sentinel: Sentinel
}

type JsonParser = ReturnType<FastifyInstance['getDefaultJsonParser']>

const JSON_TYPE = 'application/json'
const NDJSON_TYPES = ['application/x-ndjson', 'application/ndjson', 'application/jsonl']
const BODY_LIMIT_BYTES = 16 * 2 ** 20
const ERRORS_SHOWN = 20
/** Batches judged at a time; single requests have to come through between their slices. */
const BATCHES_MAX = 2

const schema = {
  ...describing('analyzeBatch'),
  description:
    'Judges many records in order, as if each had come by itself. One that is wrong is left out, and the answer is 200 ' +
    'all the same; 400 says that not one line could be read. The body is NDJSON, a JSON array or `{"records": […]}`.',
  querystring: BatchQuery,
  // Each record is checked by itself, where it is judged.
  body: Type.Unknown({ description: 'An array of telemetry records; as NDJSON, one a line.' }),
  response: {
    200: referenceTo(BatchSummary, { description: 'What came of it; with `answer=lines`, NDJSON.' }),
    ...errorResponses(429),
    413: errorResponse(
      'The body is larger than 16 MiB, or has more than 100,000 records. Nothing was judged.',
    ),
    415: errorResponse('The body is neither JSON nor NDJSON in UTF-8, or is compressed.'),
  },
} as const

/** `POST /analyze-flow/batch`: many records in, one answer out. */
export const analyzeBatchRoute: FastifyPluginCallbackTypebox<AnalyzeBatchOptions> = (app, options, done) => {
  const defaultParser = app.getDefaultJsonParser('error', 'error')
  let running = 0
  app.removeAllContentTypeParsers()
  app.addContentTypeParser([JSON_TYPE, ...NDJSON_TYPES], (request, message, next) => {
    readBody(message, BODY_LIMIT_BYTES, (failure, body) => {
      const refusal = failure ?? bodyRefusal(request, body)
      if (refusal === null) next(null, body)
      else next(refusal)
    })
  })
  const config = { bodyLimit: BODY_LIMIT_BYTES }
  app.post(ENDPOINTS.analyzeBatch.url, { schema, ...config }, async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    const body = request.body as string
    const isJson = isJsonType(request)
    if (running >= BATCHES_MAX) throw busy()
    running += 1
    try {
      if (!isJson) checkLineCount(body)
      const lines = batchLines(body, isJson, parserOf(defaultParser, request))
      const answer = request.query.answer ?? (isJson ? 'anomalies' : 'lines')
      if (answer !== 'lines') return await summary(options.sentinel, lines, answer)
      return sendLines(reply, await answerLines(options.sentinel, lines))
    } finally {
      running -= 1
    }
  })
  done()
}

async function summary(
  sentinel: Sentinel,
  lines: ReturnType<typeof batchLines>,
  answer: 'summary' | 'anomalies',
): Promise<BatchSummary> {
  const errors: RejectedLine[] = []
  const threats: (BatchThreat | Promise<BatchThreat>)[] = []
  const totals = await judgeBatch(sentinel, lines, {
    ok() {},
    threat: (threat) => threats.push(threat),
    rejected: (line) => {
      if (errors.length < ERRORS_SHOWN) errors.push(line)
    },
  })
  checkReadable(totals)
  const { accepted, rejected, threats: count } = totals
  const figures = { accepted, rejected, threats: count, errors }
  return answer === 'summary' ? figures : { ...figures, anomalies: await Promise.all(threats) }
}

async function answerLines(sentinel: Sentinel, lines: ReturnType<typeof batchLines>): Promise<string> {
  const answers: (string | Promise<string>)[] = []
  const written = (line: object): string => `${JSON.stringify(line)}\n`
  const totals = await judgeBatch(sentinel, lines, {
    ok: (line) => answers.push(`{"line":${line},"status":"OK"}\n`),
    threat: (threat) => answers.push(threat instanceof Promise ? threat.then(written) : written(threat)),
    rejected: (line) => answers.push(written(line)),
  })
  checkReadable(totals)
  return (await Promise.all(answers)).join('')
}

function sendLines(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/x-ndjson').serializer(String).send(text)
}

/** Where there is not a line of JSON, the sender means something else. */
function checkReadable({ parsed, rejected }: BatchTotals): void {
  if (parsed === 0 && rejected > 0)
    throw new ApiError('SENTINEL_INVALID_JSON', 'not one line of the body is valid JSON')
}

/** Fastify's own parser as a function; it answers at once. */
function parserOf(parser: JsonParser, request: FastifyRequest): ParseJson {
  return (text) => {
    let outcome: { error: Error | null; value: unknown } = { error: null, value: undefined }
    parser(request, text, (error: Error | null, value: unknown) => {
      outcome = { error, value }
    })
    if (outcome.error !== null) throw new ApiError('SENTINEL_INVALID_JSON', 'the body is not valid JSON')
    return outcome.value
  }
}

function isJsonType({ headers }: FastifyRequest): boolean {
  return (headers['content-type'] ?? '').toLowerCase().startsWith(JSON_TYPE)
}

function busy(): AccessError {
  const message = `${BATCHES_MAX} batches are being judged; send this one again after the seconds that Retry-After gives`
  return new AccessError('SENTINEL_RATE_LIMITED', message, { 'retry-after': '1' })
}
