import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Detectors } from '../../detectors/detectors.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import { SpanRecords } from '../../telemetry/span/span-record.js'
import { takeBatchBodies, textOfBatch } from '../batch/batch-body.js'
import type { BatchLoad } from '../batch/batch-load.js'
import { type BatchTotals, judgeBatch } from '../batch/judge-batch.js'
import { judging } from '../batch/judge-item.js'
import { ApiError } from '../errors/error-codes.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { ByteTexts } from '../otlp/byte-texts.js'
import {
  exportAnswer,
  OTLP_JSON_TYPE,
  type OtlpAnswer,
  PROTOBUF_TYPE,
  statusAnswer,
} from '../otlp/otlp-answer.js'
import { type MadeOfSpans, otlpItems } from '../otlp/otlp-items.js'
import { detectorNamed } from '../query/which-detector.js'
import { DetectorHeaders } from '../schemas/detector.js'
import { errorResponse, errorResponses } from '../schemas/error.js'

export interface OtlpOptions {
  readonly detectors: Detectors
  readonly load: BatchLoad
}

/** Faults named in an answer: the exporter logs them. */
const FAULTS_SHOWN = 5
const NO_STATUSES: ReadonlySet<number> = new Set()

const schema = {
  ...describing('otlpTraces'),
  description:
    "Judges servers' and consumers' spans as OTLP/HTTP exporters send them, in protobuf or JSON, compressed or not. A " +
    'span that cannot be read is counted in `partial_success`. Errors are a `google.rpc.Status` in the encoding of the request.',
  headers: DetectorHeaders,
  body: Type.Unknown({ description: 'An `ExportTraceServiceRequest`.' }),
  response: {
    200: Type.Object(
      {
        partialSuccess: Type.Optional(
          Type.Object({
            rejectedSpans: Type.String({ description: 'How many; a 64-bit number is text in OTLP.' }),
            errorMessage: Type.String({ description: 'What is wrong with the first of them.' }),
          }),
        ),
      },
      { description: 'An `ExportTraceServiceResponse`.' },
    ),
    ...errorResponses(429),
    413: errorResponse('The body is larger than 16 MiB, or has more than 100,000 spans. Nothing was judged.'),
    415: errorResponse('The body is neither protobuf nor JSON, or compressed with something unknown.'),
  },
} as const

/** `POST /v1/traces`: spans in, as OpenTelemetry's exporters and its collector send them. */
export const otlpRoutes: FastifyPluginCallbackTypebox<OtlpOptions> = (app, { detectors, load }, done) => {
  const texts = new ByteTexts()
  const making = new Map(
    detectors.all.map((one): [NamedDetector, MadeOfSpans] => [
      one,
      { records: new SpanRecords(NO_STATUSES), texts, telemetry: one.telemetry },
    ]),
  )
  takeBatchBodies(app, load, [OTLP_JSON_TYPE, PROTOBUF_TYPE])
  app.addHook('preSerialization', async (request, reply, payload) => {
    if (reply.statusCode < 400) return payload
    const { message } = payload as { message: string }
    return dressed(reply, statusAnswer(reply.statusCode, message, isJson(request)))
  })

  async function answer(request: FastifyRequest, detector: NamedDetector): Promise<OtlpAnswer> {
    const end = load.begin()
    try {
      const faults: string[] = []
      const body = await textOfBatch(request, load)
      const items = await otlpItems(body, isJson(request), making.get(detector) as MadeOfSpans)
      const totals: BatchTotals = await judgeBatch(judging(detector), items, load.turns(), {
        ok() {},
        threat() {},
        rejected: ({ line, error }) => {
          if (faults.length < FAULTS_SHOWN) faults.push(`span ${line}: ${error.message}`)
        },
      })
      return exportAnswer(totals, faults, isJson(request))
    } finally {
      end()
    }
  }

  app.post(ENDPOINTS.otlpTraces.url, { schema, config: { bulk: true } }, async (request, reply) => {
    const name = request.headers['x-sentinel-detector']
    try {
      const detector = name === undefined ? detectors.default : detectorNamed(detectors, name)
      return send(reply, await answer(request, detector))
    } finally {
      load.rooms.takeBack(request)
    }
  })
  for (const { url } of [ENDPOINTS.otlpMetrics, ENDPOINTS.otlpLogs]) {
    app.post(url, { schema: { hide: true } }, async () => {
      throw new ApiError(
        'SENTINEL_NOT_FOUND',
        'only spans are judged: set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT in place of OTEL_EXPORTER_OTLP_ENDPOINT, or ' +
          'OTEL_METRICS_EXPORTER=none and OTEL_LOGS_EXPORTER=none',
      )
    })
  }
  done()
}

function send(reply: FastifyReply, answer: OtlpAnswer): FastifyReply {
  return reply.send(dressed(reply, answer))
}

function dressed(reply: FastifyReply, { type, body }: OtlpAnswer): string | Buffer {
  reply.type(type).serializer((text: unknown) => text as string)
  return body
}

function isJson({ headers }: FastifyRequest): boolean {
  return (headers['content-type'] ?? '').toLowerCase().startsWith(OTLP_JSON_TYPE)
}
