import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Detectors } from '../../detectors/detectors.js'
import type { FleetFigures } from '../../fleet/fleet-figures.js'
import { ApiError } from '../errors/error-codes.js'
import { LIVE_STREAMS_MOST } from '../limits.js'
import { LiveTickers } from '../live/live-tickers.js'
import { ModelState } from '../live/model-state.js'
import { StreamPlaces } from '../live/stream-places.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { refuseUnknownQueries } from '../query/strict-query.js'
import { subjectAsked } from '../query/which-detector.js'
import { errorAnswer, errorResponse, errorResponses } from '../schemas/error.js'
import { LiveEvents, LiveHeaders, LiveQuery, Status } from '../schemas/live.js'
import { referenceTo } from '../schemas/reference.js'
import type { Leave } from '../stop/departure.js'

export interface LiveRouteOptions {
  readonly detectors: Detectors
  /** How it stands in its fleet; null for a sentinel by itself. */
  readonly fleet?: FleetFigures | null
  /** Streams end when it begins. */
  readonly leave: Leave
  /** Proxies that are believed whom they ask for. */
  readonly proxies?: readonly string[]
  /** How many clients may listen at a time. */
  readonly maxStreams?: number
  readonly tickMs?: number
}

/** `GET /live`: how things stand, once a second. */
export const liveRoute: FastifyPluginAsyncTypebox<LiveRouteOptions> = async (app, options) => {
  refuseUnknownQueries(app)
  const { detectors, leave, fleet, maxStreams = LIVE_STREAMS_MOST, tickMs } = options
  const { shared } = detectors.default
  const model = new ModelState(shared.explainMode !== 'rules')
  const tickers = new LiveTickers({ model, fleet, tickMs })
  const places = new StreamPlaces({
    most: maxStreams,
    leave,
    proxies: options.proxies ?? [],
    instead: 'try again later',
  })
  const unlisten = shared.listen(model)
  leave.onBegin(() => {
    tickers.finish()
    unlisten()
  })
  // The events refer to it, and a stream has no schema that could.
  referenceTo(Status)

  app.get(
    ENDPOINTS.liveStatus.url,
    {
      // A HEAD request would hold open a stream that nobody reads.
      exposeHeadRoute: false,
      config: { untimed: true },
      schema: {
        ...describing('liveStatus'),
        description:
          'Events `tick`, each with an id: the status, the buckets of `GET /timeline` that have changed, five seconds ' +
          'wide, and the incidents that have; of one detector or one of its entities where the query names it. With `Last-Event-ID` the first one holds what came since, of the last hour.',
        querystring: LiveQuery,
        headers: LiveHeaders,
        response: {
          200: {
            description: 'Events until either side ends it.',
            content: { 'text/event-stream': { schema: LiveEvents } },
          },
          ...errorResponses(400),
          503: errorResponse('The service is overloaded, or serves as many streams as it can.'),
        },
      },
    },
    async (request, reply) => {
      const after = request.headers['last-event-id'] || undefined
      if (after !== undefined && !/^\d{1,16}$/.test(after))
        throw new ApiError(
          'SENTINEL_INVALID_REQUEST',
          'Last-Event-ID must be the id of an event: a whole number',
        )
      const subject = subjectAsked(request.query, detectors)
      const refusal = places.refusal(request)
      if (refusal !== null) {
        // Not thrown: that would be logged as a failure of the service.
        return reply.code(503).header('retry-after', '5').send(errorAnswer('SENTINEL_UNAVAILABLE', refusal))
      }
      const stream = tickers.open(subject, after === undefined ? undefined : Number(after))
      places.take(request, stream)
      // Ticks say whether the client lives; a socket time-out would cut it off.
      request.raw.socket.setTimeout(0)
      return reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(stream)
    },
  )
}
