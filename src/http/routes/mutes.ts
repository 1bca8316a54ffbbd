import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { describing, ENDPOINTS } from '../endpoints.js'
import { asApiError } from '../errors/operator-refusal.js'
import { errorResponses } from '../schemas/error.js'
import { MuteParams, MutesAnswer } from '../schemas/operator.js'
import { refuseUnknownQueries } from '../strict-query.js'
import type { OperatorRoutesOptions } from './feedback.js'

/** `GET /mutes` and `DELETE /mutes/:id`: what operators said that is in force, and taking it back. */
export const muteRoutes: FastifyPluginCallbackTypebox<OperatorRoutesOptions> = (app, { operator }, done) => {
  refuseUnknownQueries(app)
  app.get(
    ENDPOINTS.mutes.url,
    { schema: { ...describing('mutes'), response: { 200: MutesAnswer } } },
    () => ({ mutes: operator.listMutes(), never_learnt: operator.listNeverLearnt() }),
  )

  app.delete(
    ENDPOINTS.endMute.url,
    {
      schema: {
        ...describing('endMute'),
        params: MuteParams,
        response: {
          204: Type.Null({ description: 'It is no longer in force.' }),
          ...errorResponses(400, 404),
        },
      },
    },
    async (request, reply) => {
      asApiError(() => operator.end(request.params.id))
      return reply.code(204).send(null)
    },
  )
  done()
}
