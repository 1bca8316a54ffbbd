import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { idBound, isAnomalyId } from '../../anomalies/anomaly-id.js'
import { type AnomalyLog, summaryOf } from '../../anomalies/anomaly-log.js'
import { AnomalyStream } from '../anomaly-stream.js'
import { describing, ENDPOINTS } from '../endpoints.js'
import { ERROR_STATUS, type ErrorCode } from '../errors/error-codes.js'
import {
  AnomalyAnswer,
  AnomalyEvents,
  AnomalyListAnswer,
  AnomalyListQuery,
  AnomalyParams,
  AnomalyStreamHeaders,
} from '../schemas/anomaly.js'
import { errorAnswer, errorResponse, errorResponses } from '../schemas/error.js'

export interface AnomalyRoutesOptions {
  readonly log: AnomalyLog
  /** How many clients may listen to the stream at a time. */
  readonly maxStreams?: number
  readonly heartbeatMs?: number
}

const DEFAULT_LIMIT = 50
const ID_RULE = 'an anomaly id such as 19b76daa800-0000 (11 hex digits, a hyphen, 4 hex digits)'

/** `GET /anomalies`, `/anomalies/:id` and `/anomalies/stream`: what was flagged, why, and as it happens. */
export const anomalyRoutes: FastifyPluginAsyncTypebox<AnomalyRoutesOptions> = async (app, options) => {
  const { log, maxStreams = 16, heartbeatMs = 15_000 } = options
  const streams = new Set<AnomalyStream>()

  app.addHook('preClose', async () => {
    for (const stream of streams) stream.finish()
  })

  app.get(
    ENDPOINTS.anomalies.url,
    {
      schema: {
        ...describing('anomalies'),
        querystring: AnomalyListQuery,
        response: { 200: AnomalyListAnswer, ...errorResponses(400) },
      },
    },
    async (request, reply) => {
      const limit = readLimit(request.query.limit, log.capacity)
      if (limit === null) {
        return refuse(
          reply,
          'SENTINEL_INVALID_QUERY',
          `limit must be a whole number from 1 to ${log.capacity}`,
        )
      }
      const since = readSince(request.query.since)
      if (since === null) {
        const rule = `${ID_RULE}, or a time such as 2026-01-01T00:00:00Z or 2026-01-01`
        return refuse(reply, 'SENTINEL_INVALID_QUERY', `since must be ${rule}`)
      }
      return { anomalies: log.list({ limit, since }).map(summaryOf) }
    },
  )

  app.get(
    ENDPOINTS.anomaly.url,
    {
      schema: {
        ...describing('anomaly'),
        params: AnomalyParams,
        response: { 200: AnomalyAnswer, ...errorResponses(400, 404) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!isAnomalyId(id)) return refuse(reply, 'SENTINEL_INVALID_REQUEST', `the id must be ${ID_RULE}`)
      const anomaly = log.get(id)
      if (anomaly !== undefined) return anomaly
      const kept = `the last ${log.capacity} are kept, and GET /anomalies lists them`
      return refuse(reply, 'SENTINEL_NOT_FOUND', `no anomaly has this id: ${kept}`)
    },
  )

  app.get(
    ENDPOINTS.anomalyStream.url,
    {
      // A HEAD request would hold open a stream that nobody reads.
      exposeHeadRoute: false,
      config: { untimed: true },
      schema: {
        ...describing('anomalyStream'),
        description:
          'Events `anomaly` (with an id) and `explanation` (the text of a language model for an earlier one). ' +
          'With `Last-Event-ID` the stream goes on after that anomaly.',
        headers: AnomalyStreamHeaders,
        response: {
          200: {
            description: 'Events until either side ends it.',
            content: { 'text/event-stream': { schema: AnomalyEvents } },
          },
          ...errorResponses(400),
          503: errorResponse('The service is overloaded, or serves as many streams as it can.'),
        },
      },
    },
    async (request, reply) => {
      const after = request.headers['last-event-id'] || undefined
      if (after !== undefined && !isAnomalyId(after)) {
        return refuse(reply, 'SENTINEL_INVALID_REQUEST', `Last-Event-ID must be ${ID_RULE}`)
      }
      if (streams.size >= maxStreams) {
        reply.header('retry-after', '5')
        const message = `at most ${maxStreams} streams are served at a time; try again later or poll GET /anomalies`
        return refuse(reply, 'SENTINEL_UNAVAILABLE', message)
      }
      const stream = new AnomalyStream({ log, after, heartbeatMs })
      streams.add(stream)
      stream.once('close', () => streams.delete(stream))
      // Heartbeats say whether the client lives; a socket time-out would cut a quiet stream.
      request.raw.socket.setTimeout(0)
      return reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(stream)
    },
  )
}

function readLimit(text: string | undefined, capacity: number): number | null {
  if (text === undefined) return Math.min(DEFAULT_LIMIT, capacity)
  const limit = /^\d{1,7}$/.test(text) ? Number(text) : 0
  return limit >= 1 && limit <= capacity ? limit : null
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+ -]\d{2}:\d{2})$/

/** The id itself, or for a time the text that sorts before all ids from then on; null for anything else. */
function readSince(text: string | undefined): string | null {
  if (text === undefined) return ''
  if (isAnomalyId(text)) return text
  if (!DATE.test(text) && !DATE_TIME.test(text)) return null
  // A plus sign that is not percent-encoded reaches us as a space.
  const timeMs = Date.parse(text.replace(' ', '+'))
  return Number.isNaN(timeMs) ? null : idBound(timeMs)
}

function refuse(reply: FastifyReply, code: ErrorCode, message: string): FastifyReply {
  return reply.code(ERROR_STATUS[code]).send(errorAnswer(code, message))
}
