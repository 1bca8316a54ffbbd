import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { IncidentLog } from '../../alerts/incidents/incident-log.js'
import { type AnomalyLog, summaryOf } from '../../anomalies/anomaly-log.js'
import { DEFAULT_DETECTOR } from '../../detectors/default-detector.js'
import type { Finders } from '../../detectors/detectors.js'
import { FEATURES } from '../../telemetry/features.js'
import { isTimeId } from '../../text/time-id.js'
import { ApiError } from '../errors/error-codes.js'
import { STREAMS_MOST } from '../limits.js'
import { AnomalyStream } from '../live/anomaly-stream.js'
import { StreamPlaces } from '../live/stream-places.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { checkId, idRule, readLimit, readName, readShare, readSince, readUntil } from '../query/list-query.js'
import { refuseUnknownQueries } from '../query/strict-query.js'
import { readOrigin } from '../query/which-detector.js'
import {
  AnomalyAnswer,
  AnomalyEvents,
  AnomalyListAnswer,
  AnomalyListQuery,
  AnomalyParams,
  AnomalyStreamHeaders,
} from '../schemas/anomaly.js'
import { errorAnswer, errorResponse, errorResponses } from '../schemas/error.js'
import type { Leave } from '../stop/departure.js'

export interface AnomalyRoutesOptions {
  readonly log: AnomalyLog
  /** Those whose events are in the stream, too. */
  readonly incidents: IncidentLog
  /** Streams end when it begins. */
  readonly leave: Leave
  /** Proxies that are believed whom they ask for. */
  readonly proxies?: readonly string[]
  /** How many clients may listen to the stream at a time. */
  readonly maxStreams?: number
  /** Whose findings they are, and which features they may stand out by; default: those of requests, by one detector. */
  readonly finders?: Finders
  readonly heartbeatMs?: number
}

const AN_ANOMALY = 'an anomaly'
const REQUEST_FINDER: Finders = { names: [DEFAULT_DETECTOR], features: FEATURES.map(({ name }) => name) }

/** `GET /anomalies`, `/anomalies/:id` and `/anomalies/stream`: what was flagged, why, and as it happens, with the
 * incidents that open, grow and close. */
export const anomalyRoutes: FastifyPluginAsyncTypebox<AnomalyRoutesOptions> = async (app, options) => {
  refuseUnknownQueries(app)
  const {
    log,
    incidents,
    leave,
    finders = REQUEST_FINDER,
    maxStreams = STREAMS_MOST,
    heartbeatMs = 15_000,
  } = options
  const streams = new Set<AnomalyStream>()
  const places = new StreamPlaces({
    most: maxStreams,
    leave,
    proxies: options.proxies ?? [],
    instead: 'try again later or poll GET /anomalies',
  })

  leave.onBegin(() => {
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
    async ({ query }) => {
      const limit = readLimit(query.limit, log.capacity)
      const found = log.list({
        limit,
        since: readSince(query.since, AN_ANOMALY),
        until: readUntil(query.until, AN_ANOMALY),
        route: query.route === '' ? null : query.route,
        feature: readName(query.feature, 'feature', finders.features),
        minScore: readShare(query.min_score, 'min_score'),
        minConfidence: readShare(query.min_confidence, 'min_confidence'),
        ...readOrigin(query, finders.names),
      })
      return { anomalies: found.map(summaryOf) }
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
    async ({ params: { id } }) => {
      checkId(id, AN_ANOMALY)
      const anomaly = log.get(id)
      if (anomaly !== undefined) return anomaly
      const kept = `the last ${log.capacity} are kept, and GET /anomalies lists them`
      throw new ApiError('SENTINEL_NOT_FOUND', `no anomaly has this id: ${kept}`)
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
          'Events `anomaly` and `incident` (`{change, incident}`), each with an id, and `explanation` (the text of a ' +
          'language model for an earlier anomaly), without one. With `Last-Event-ID` the stream goes on after that ' +
          'event: every anomaly that is still kept follows, and of each incident the last change with all that is ' +
          'known of it.',
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
      if (after !== undefined && !isTimeId(after)) {
        const rule = `the id of an event: ${idRule(AN_ANOMALY)}`
        throw new ApiError('SENTINEL_INVALID_REQUEST', `Last-Event-ID must be ${rule}`)
      }
      const refusal = places.refusal(request)
      if (refusal !== null) {
        // Not thrown: that would be logged as a failure of the service.
        return reply.code(503).header('retry-after', '5').send(errorAnswer('SENTINEL_UNAVAILABLE', refusal))
      }
      const stream = new AnomalyStream({ log, incidents, after, heartbeatMs })
      places.take(request, stream)
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
