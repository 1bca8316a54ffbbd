import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { FeedbackAnswer, FeedbackRequest } from '../../alerts/feedback-note.js'
import type { Operator } from '../../alerts/operator.js'
import { describing, ENDPOINTS } from '../endpoints.js'
import { asApiError } from '../errors/operator-refusal.js'
import { checkId } from '../list-query.js'
import { AnomalyParams } from '../schemas/anomaly.js'
import { errorResponses } from '../schemas/error.js'
import { IncidentParams } from '../schemas/incident.js'
import { referenceTo } from '../schemas/reference.js'
import { refuseUnknownQueries } from '../strict-query.js'

export interface OperatorRoutesOptions {
  readonly operator: Operator
}

const response = {
  200: referenceTo(FeedbackAnswer, { description: 'What follows from it.' }),
  ...errorResponses(400, 404, 408, 409, 413, 415),
}

/** `POST /anomalies/:id/feedback` and `/incidents/:id/feedback`: an operator's word on a finding. */
export const feedbackRoutes: FastifyPluginCallbackTypebox<OperatorRoutesOptions> = (
  app,
  { operator },
  done,
) => {
  refuseUnknownQueries(app)
  const body = FeedbackRequest

  app.post(
    ENDPOINTS.anomalyFeedback.url,
    { schema: { ...describing('anomalyFeedback'), params: AnomalyParams, body, response } },
    ({ params: { id }, body: said }) => {
      checkId(id, 'an anomaly')
      return asApiError(() => operator.onAnomaly(id, said))
    },
  )

  app.post(
    ENDPOINTS.incidentFeedback.url,
    { schema: { ...describing('incidentFeedback'), params: IncidentParams, body, response } },
    ({ params: { id }, body: said }) => {
      checkId(id, 'an incident')
      return asApiError(() => operator.onIncident(id, said))
    },
  )
  done()
}
