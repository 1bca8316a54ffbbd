import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { AlertLevels } from '../../activity/alert-levels.js'
import { ROUTES_KEPT } from '../../activity/route-activity.js'
import type { RouteFigures } from '../../activity/route-figures.js'
import { TimelineColumns } from '../../activity/timeline-columns.js'
import type { Detectors } from '../../detectors/detectors.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import type { Sentinel } from '../../sentinel.js'
import { routeName } from '../../telemetry/route-name.js'
import { Briefly } from '../briefly.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { readFlag, readLimit } from '../query/list-query.js'
import { readSpan } from '../query/span-query.js'
import { refuseUnknownQueries } from '../query/strict-query.js'
import { detectorAsked } from '../query/which-detector.js'
import { RoutesAnswer, RoutesQuery, TimelineQuery } from '../schemas/activity.js'
import { DetectorQuery } from '../schemas/detector.js'
import { errorResponses } from '../schemas/error.js'
import { referenceTo } from '../schemas/reference.js'

export interface ActivityRoutesOptions {
  readonly detectors: Detectors
}

/** Medians of hundreds of routes are worked out once for all who ask within this time. */
const SHARED_MS = 2000

/** `GET /timeline`, `/routes` and `/what-if`: what was seen lately. */
export const activityRoutes: FastifyPluginAsyncTypebox<ActivityRoutesOptions> = async (
  app,
  { detectors },
) => {
  refuseUnknownQueries(app)
  const routes = new Map(
    detectors.all.map((one) => [one, new Briefly(SHARED_MS, () => figuresOf(one.shared))]),
  )
  const routesOf = (detector: NamedDetector) => routes.get(detector)?.value ?? []

  app.get(
    ENDPOINTS.timeline.url,
    {
      schema: {
        ...describing('timeline'),
        description:
          'Buckets of five seconds are kept for an hour, of a minute for a day; of one route, of twenty seconds and ten minutes. With SENTINEL_STATE_DIR over restarts, too.',
        querystring: TimelineQuery,
        response: {
          200: referenceTo(TimelineColumns, { description: 'Buckets, oldest first.' }),
          ...errorResponses(400),
        },
      },
    },
    async ({ query }) => {
      const { activity } = detectorAsked(query, detectors).shared
      const { timeline, nowMs } = activity
      const { route } = query
      const kept = activity.resolution(route === undefined ? 'all' : 'route', nowMs)
      const span = readSpan(query, nowMs, kept)
      return route === undefined ? timeline.columns(span) : activity.columnsOf(routeName(route), span)
    },
  )

  app.get(
    ENDPOINTS.routes.url,
    {
      schema: {
        ...describing('routes'),
        querystring: RoutesQuery,
        response: {
          200: referenceTo(RoutesAnswer, { description: 'Routes, with figures at most two seconds old.' }),
          ...errorResponses(400),
        },
      },
    },
    async ({ query }) => {
      const limit = readLimit(query.limit, ROUTES_KEPT)
      const withValues = readFlag(query.values, 'values') === true
      const detector = detectorAsked(query, detectors)
      const { shared } = detector
      const known = routesOf(detector)
      if (query.route === undefined) return { routes: known.slice(0, limit), total: known.length }
      const name = routeName(query.route)
      return { routes: figuresOf(shared, name, withValues), total: known.length }
    },
  )

  app.get(
    ENDPOINTS.whatIf.url,
    {
      schema: {
        ...describing('whatIf'),
        querystring: DetectorQuery,
        response: {
          200: referenceTo(AlertLevels, { description: 'Alerts of the last hour by alert rate.' }),
        },
      },
    },
    async ({ query }) => {
      const { activity, alertRate } = detectorAsked(query, detectors).shared
      return activity.alertLevels(alertRate)
    },
  )
}

/** The routes of the last hour, or the one that is asked for, with the names under which each is known more finely. */
function figuresOf({ activity, detector }: Sentinel, only?: string, withValues = false): RouteFigures[] {
  const names = detector.ownNames()
  const one = withValues && only !== undefined ? activity.routeWithValues(only) : undefined
  const figures = withValues ? [one ?? []].flat() : activity.routes(only)
  return figures.map((each) => {
    const own = names.get(each.route)
    return own === undefined ? each : { ...each, known_as: [...own].sort() }
  })
}
