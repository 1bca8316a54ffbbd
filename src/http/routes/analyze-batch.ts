import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Detectors } from '../../detectors/detectors.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import { answerBatch, type BatchAnswer } from '../batch/batch-answer.js'
import { JSON_TYPE, RECORD_TYPES, takeBatchBodies, textOfBatch } from '../batch/batch-body.js'
import { BatchItems, type ParseJson } from '../batch/batch-items.js'
import type { BatchLoad } from '../batch/batch-load.js'
import type { BatchMemory } from '../batch/batch-memory.js'
import { type ItemJudge, judging, judgingAtItsTime, tryingOut } from '../batch/judge-item.js'
import { ApiError } from '../errors/error-codes.js'
import { BATCH_BODY_LIMIT_BYTES } from '../limits.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { detectorNamed, keyFor } from '../query/which-detector.js'
import { AnalysisHeaders } from '../schemas/analysis.js'
import { BatchQuery, BatchSummary } from '../schemas/batch.js'
import { DetectorParams } from '../schemas/detector.js'
import { errorResponse, errorResponses } from '../schemas/error.js'
import { referenceTo } from '../schemas/reference.js'

export interface AnalyzeBatchOptions {
  readonly detectors: Detectors
  readonly metrics: SentinelMetrics
  /** Answers to repeated batches; null ignores `Idempotency-Key`. */
  readonly memory: BatchMemory | null
  readonly load: BatchLoad
}

type BatchRequest = FastifyRequest<{ Querystring: BatchQuery }>
type Form = NonNullable<BatchQuery['answer']>

const schema = {
  ...describing('analyzeBatch'),
  description:
    'Judges many records in order, as if each had come by itself. One that is wrong is left out, and the answer is 200 ' +
    'all the same; 400 says that not one could be read. The body is NDJSON, a JSON array, `{"records": […]}` or JSON ' +
    'objects one after the other, and may be compressed.',
  querystring: BatchQuery,
  headers: AnalysisHeaders,
  // Each record is checked by itself, where it is judged.
  body: Type.Unknown({ description: 'An array of telemetry records; as NDJSON, one a line.' }),
  response: {
    200: referenceTo(BatchSummary, { description: 'What came of it; with `answer=lines`, NDJSON.' }),
    ...errorResponses(422, 429),
    413: errorResponse(
      'The body is larger than 16 MiB, as it comes or uncompressed, or has more than 100,000 records. Nothing was judged.',
    ),
    415: errorResponse('The body is neither JSON nor NDJSON in UTF-8, or compressed with something unknown.'),
  },
} as const

const namedSchema = {
  ...schema,
  ...describing('detectorBatch'),
  params: DetectorParams,
  response: { ...schema.response, ...errorResponses(404) },
} as const

/** Judges the batches for one detector: records as they come, each at its own time, and tried out. */
type Desk = Readonly<Record<'judged' | 'timed' | 'tried', ItemJudge>>

/** `POST /analyze-flow/batch`: many records in, one answer out; `/detectors/:name/analyze-flow/batch` by that detector. */
export const analyzeBatchRoute: FastifyPluginCallbackTypebox<AnalyzeBatchOptions> = (app, options, done) => {
  const { detectors, metrics, memory, load } = options
  const parserFor = parsers(app)
  const desks = new Map(detectors.all.map((detector): [NamedDetector, Desk] => [detector, deskOf(detector)]))
  takeBatchBodies(app, load, RECORD_TYPES)

  async function judge(request: BatchRequest, form: Form, desk: Desk): Promise<BatchAnswer> {
    const { learn, at } = request.query
    const end = load.begin()
    try {
      const bytes = await textOfBatch(request, load)
      const items = await BatchItems.find(bytes, isJson(request), parserFor(request))
      const by = learn === 'false' ? desk.tried : at === 'timestamp' ? desk.timed : desk.judged
      return await answerBatch(by, items, form, load.turns())
    } finally {
      end()
    }
  }

  async function answer(
    request: BatchRequest,
    reply: FastifyReply,
    detector: NamedDetector,
  ): Promise<BatchAnswer> {
    const desk = desks.get(detector) as Desk
    checkTogether(request)
    const form = request.query.answer ?? (isJson(request) ? 'anomalies' : 'lines')
    const key = request.headers['idempotency-key']
    if (key === undefined || memory === null) return judge(request, form, desk)
    const { headers } = request
    const { learn, at } = request.query
    const asked = `${form} ${learn} ${at} ${headers['content-type']} ${headers['content-encoding']}`
    const { answer: remembered, replayed } = await memory.answer(
      { key: keyFor(detector, String(key)), body: request.body as Buffer, form: asked },
      () => judge(request, form, desk),
    )
    if (replayed) {
      metrics.protection.replayedAnswers++
      reply.header('idempotency-replayed', 'true')
    }
    return remembered
  }

  async function handle(
    request: BatchRequest,
    reply: FastifyReply,
    detector: NamedDetector,
  ): Promise<FastifyReply> {
    reply.header('x-content-type-options', 'nosniff')
    try {
      return send(reply, await answer(request, reply, detector))
    } finally {
      load.rooms.takeBack(request)
    }
  }

  const how = { bodyLimit: BATCH_BODY_LIMIT_BYTES, config: { bulk: true } }
  app.post(ENDPOINTS.analyzeBatch.url, { schema, ...how }, async (request, reply) =>
    handle(request, reply, detectors.default),
  )
  app.post(ENDPOINTS.detectorBatch.url, { schema: namedSchema, ...how }, async (request, reply) =>
    handle(request, reply, detectorNamed(detectors, request.params.name)),
  )
  done()
}

function deskOf(detector: NamedDetector): Desk {
  return { judged: judging(detector), timed: judgingAtItsTime(detector), tried: tryingOut(detector) }
}

/** @throws ApiError for a query that contradicts itself */
function checkTogether({ query: { at, learn } }: BatchRequest): void {
  if (at !== undefined && learn === 'false') {
    throw new ApiError(
      'SENTINEL_INVALID_QUERY',
      'at=timestamp and learn=false contradict each other: records that are tried out are judged one by one, whenever they came',
    )
  }
}

function send(reply: FastifyReply, { type, body }: BatchAnswer): FastifyReply {
  reply.type(type)
  return typeof body === 'string' ? reply.serializer(String).send(body) : reply.send(body.stream())
}

/** Fastify's own parser as a function; it answers at once. */
function parsers(app: FastifyInstance): (request: FastifyRequest) => ParseJson {
  const parser = app.getDefaultJsonParser('error', 'error')
  return (request) => (text) => {
    let outcome: { error: Error | null; value: unknown } = { error: null, value: undefined }
    void parser(request, text, (error: Error | null, value: unknown) => {
      outcome = { error, value }
    })
    if (outcome.error !== null) throw new ApiError('SENTINEL_INVALID_JSON', 'the body is not valid JSON')
    return outcome.value
  }
}

function isJson({ headers }: FastifyRequest): boolean {
  return (headers['content-type'] ?? '').toLowerCase().startsWith(JSON_TYPE)
}
