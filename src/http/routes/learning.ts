import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { forgottenRecords } from '../../alerts/operator/feedback.js'
import type { Operator } from '../../alerts/operator/operator.js'
import { routeName } from '../../telemetry/route-name.js'
import { asApiError } from '../errors/operator-refusal.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { refuseUnknownQueries } from '../query/strict-query.js'
import { sentinelAsked, sentinelsAsked } from '../query/which-detector.js'
import { OriginQuery } from '../schemas/detector.js'
import { errorResponses } from '../schemas/error.js'
import {
  ChangedAnswer,
  LearningAnswer,
  LearningRequest,
  ResetAnswer,
  RouteRequest,
} from '../schemas/operator.js'
import { referenceTo } from '../schemas/reference.js'
import type { OperatorRoutesOptions } from './feedback.js'

const DEFAULT_MINUTES = 30

/** `/learning`: whether the service learns, what it is to forget, and what is about to change. */
export const learningRoutes: FastifyPluginCallbackTypebox<OperatorRoutesOptions> = (
  app,
  { detectors },
  done,
) => {
  refuseUnknownQueries(app)
  const answer = { 200: referenceTo(LearningAnswer, { description: 'What is learnt now.' }) }
  const refusals = errorResponses(400, 404, 408, 409, 413, 415)
  const body = RouteRequest
  const querystring = OriginQuery
  /** Says it to all whom it is for; the answer is that of the first, whose baseline the others have in common. */
  const say = <Said>(query: OriginQuery, word: (operator: Operator) => Said): Said => {
    const [first, ...others] = sentinelsAsked(query, detectors)
    const said = asApiError(() => word(first.operator))
    for (const { operator } of others) asApiError(() => word(operator))
    return said
  }

  app.get(
    ENDPOINTS.learning.url,
    { schema: { ...describing('learning'), querystring, response: { ...answer, ...errorResponses(404) } } },
    ({ query }) => sentinelAsked(query, detectors).operator.learning(),
  )

  app.post(
    ENDPOINTS.pauseLearning.url,
    {
      schema: {
        ...describing('pauseLearning'),
        querystring,
        body: LearningRequest,
        response: { ...answer, ...refusals },
      },
    },
    ({ query, body: { paused, minutes = DEFAULT_MINUTES } }) =>
      say(query, (operator) => (paused ? operator.pause(minutes) : operator.resume())),
  )

  app.post(
    ENDPOINTS.resetLearning.url,
    {
      schema: {
        ...describing('resetLearning'),
        querystring,
        body,
        response: { 200: ResetAnswer, ...refusals },
      },
    },
    ({ query, body: { route } }) => {
      const forgotten = say(query, (operator) => operator.reset(route))
      return { route: nameOf(route), forgotten: forgotten && forgottenRecords(forgotten) }
    },
  )

  app.post(
    ENDPOINTS.changedLearning.url,
    {
      schema: {
        ...describing('changedLearning'),
        querystring,
        body,
        response: { 200: ChangedAnswer, ...refusals },
      },
    },
    ({ query, body: { route } }) => {
      say(query, (operator) => operator.changed(route))
      return { route: nameOf(route) }
    },
  )
  done()
}

function nameOf(route: string | undefined): string | null {
  return route === undefined ? null : routeName(route)
}
