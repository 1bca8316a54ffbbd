import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Incident } from '../../alerts/incidents/incident.js'
import type { IncidentLog } from '../../alerts/incidents/incident-log.js'
import { DEFAULT_DETECTOR } from '../../detectors/default-detector.js'
import { ApiError } from '../errors/error-codes.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { checkId, readBefore, readFlag, readLimit, readSince } from '../query/list-query.js'
import { refuseUnknownQueries } from '../query/strict-query.js'
import { readOrigin } from '../query/which-detector.js'
import { errorResponses } from '../schemas/error.js'
import { IncidentListAnswer, IncidentListQuery, IncidentParams } from '../schemas/incident.js'
import { referenceTo } from '../schemas/reference.js'

export interface IncidentRoutesOptions {
  readonly log: IncidentLog
  /** Names of those whose findings they are; default: of one alone. */
  readonly finders?: readonly string[]
}

const AN_INCIDENT = 'an incident'

/** `GET /incidents` and `/incidents/:id`: what goes on, and what went on lately. */
export const incidentRoutes: FastifyPluginAsyncTypebox<IncidentRoutesOptions> = async (
  app,
  { log, finders = [DEFAULT_DETECTOR] },
) => {
  refuseUnknownQueries(app)
  app.get(
    ENDPOINTS.incidents.url,
    {
      schema: {
        ...describing('incidents'),
        querystring: IncidentListQuery,
        response: { 200: IncidentListAnswer, ...errorResponses(400) },
      },
    },
    async ({ query }) => {
      const limit = readLimit(query.limit, log.capacity)
      const found = log.list({
        limit: limit + 1,
        since: readSince(query.since, AN_INCIDENT),
        before: readBefore(query.before, AN_INCIDENT),
        open: readFlag(query.open, 'open'),
        route: query.route === '' ? null : query.route,
        feature: query.feature,
        ...readOrigin(query, finders),
      })
      const incidents = found.slice(0, limit)
      return { incidents, next: found.length > limit ? (incidents.at(-1)?.id ?? null) : null }
    },
  )

  app.get(
    ENDPOINTS.incident.url,
    {
      schema: {
        ...describing('incident'),
        params: IncidentParams,
        response: {
          200: referenceTo(Incident, { description: 'The incident as it is now.' }),
          ...errorResponses(400, 404),
        },
      },
    },
    async ({ params: { id } }) => {
      checkId(id, AN_INCIDENT)
      const incident = log.get(id)
      if (incident !== undefined) return incident
      const kept = `the last ${log.capacity} are kept, and GET /incidents lists them`
      throw new ApiError('SENTINEL_NOT_FOUND', `no incident has this id: ${kept}`)
    },
  )
}
