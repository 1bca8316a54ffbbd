import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { asApiError } from '../errors/operator-refusal.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { refuseUnknownQueries } from '../query/strict-query.js'
import { sentinelAsked } from '../query/which-detector.js'
import { OriginQuery } from '../schemas/detector.js'
import { errorResponses } from '../schemas/error.js'
import { MuteParams, MutesAnswer } from '../schemas/operator.js'
import type { OperatorRoutesOptions } from './feedback.js'

/** `GET /mutes` and `DELETE /mutes/:id`: what is not told of, by an operator's word or by habit, and taking it back. */
export const muteRoutes: FastifyPluginCallbackTypebox<OperatorRoutesOptions> = (app, { detectors }, done) => {
  refuseUnknownQueries(app)
  app.get(
    ENDPOINTS.mutes.url,
    {
      schema: {
        ...describing('mutes'),
        querystring: OriginQuery,
        response: { 200: MutesAnswer, ...errorResponses(400, 404) },
      },
    },
    ({ query }) => {
      const { operator } = sentinelAsked(query, detectors)
      return {
        mutes: operator.listMutes(),
        never_learnt: operator.listNeverLearnt(),
        habits: operator.listHabits(),
      }
    },
  )

  app.delete(
    ENDPOINTS.endMute.url,
    {
      schema: {
        ...describing('endMute'),
        params: MuteParams,
        querystring: OriginQuery,
        response: {
          204: Type.Null({ description: 'It is no longer in force.' }),
          ...errorResponses(400, 404),
        },
      },
    },
    async (request, reply) => {
      const { operator } = sentinelAsked(request.query, detectors)
      asApiError(() => operator.end(request.params.id))
      return reply.code(204).send(null)
    },
  )
  done()
}
