import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { forgottenRecords } from '../../alerts/feedback.js'
import { routeName } from '../../telemetry/route-name.js'
import { describing, ENDPOINTS } from '../endpoints.js'
import { asApiError } from '../errors/operator-refusal.js'
import { errorResponses } from '../schemas/error.js'
import {
  ChangedAnswer,
  LearningAnswer,
  LearningRequest,
  ResetAnswer,
  RouteRequest,
} from '../schemas/operator.js'
import { referenceTo } from '../schemas/reference.js'
import { refuseUnknownQueries } from '../strict-query.js'
import type { OperatorRoutesOptions } from './feedback.js'

const DEFAULT_MINUTES = 30

/** `/learning`: whether the service learns, what it is to forget, and what is about to change. */
export const learningRoutes: FastifyPluginCallbackTypebox<OperatorRoutesOptions> = (
  app,
  { operator },
  done,
) => {
  refuseUnknownQueries(app)
  const answer = { 200: referenceTo(LearningAnswer, { description: 'What is learnt now.' }) }
  const refusals = errorResponses(400, 408, 409, 413, 415)
  const body = RouteRequest

  app.get(ENDPOINTS.learning.url, { schema: { ...describing('learning'), response: answer } }, () =>
    operator.learning(),
  )

  app.post(
    ENDPOINTS.pauseLearning.url,
    {
      schema: {
        ...describing('pauseLearning'),
        body: LearningRequest,
        response: { ...answer, ...refusals },
      },
    },
    ({ body: { paused, minutes = DEFAULT_MINUTES } }) =>
      asApiError(() => (paused ? operator.pause(minutes) : operator.resume())),
  )

  app.post(
    ENDPOINTS.resetLearning.url,
    { schema: { ...describing('resetLearning'), body, response: { 200: ResetAnswer, ...refusals } } },
    ({ body: { route } }) => {
      const forgotten = asApiError(() => operator.reset(route))
      return { route: nameOf(route), forgotten: forgotten && forgottenRecords(forgotten) }
    },
  )

  app.post(
    ENDPOINTS.changedLearning.url,
    { schema: { ...describing('changedLearning'), body, response: { 200: ChangedAnswer, ...refusals } } },
    ({ body: { route } }) => {
      asApiError(() => operator.changed(route))
      return { route: nameOf(route) }
    },
  )
  done()
}

function nameOf(route: string | undefined): string | null {
  return route === undefined ? null : routeName(route)
}
