import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { FeedbackAnswer, FeedbackRequest } from '../../alerts/feedback-note.js'
import type { Operator } from '../../alerts/operator.js'
import { isAnomalyId } from '../../anomalies/anomaly-id.js'
import { describing, ENDPOINTS } from '../endpoints.js'
import { ApiError } from '../errors/error-codes.js'
import { asApiError } from '../errors/operator-refusal.js'
import { AnomalyParams } from '../schemas/anomaly.js'
import { errorResponses } from '../schemas/error.js'
import { IncidentParams } from '../schemas/operator.js'
import { referenceTo } from '../schemas/reference.js'

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
  const body = FeedbackRequest

  app.post(
    ENDPOINTS.anomalyFeedback.url,
    { schema: { ...describing('anomalyFeedback'), params: AnomalyParams, body, response } },
    ({ params: { id }, body: said }) => {
      if (!isAnomalyId(id))
        throw new ApiError(
          'SENTINEL_INVALID_REQUEST',
          'the id must be an anomaly id such as 19b76daa800-0000',
        )
      return asApiError(() => operator.onAnomaly(id, said))
    },
  )

  app.post(
    ENDPOINTS.incidentFeedback.url,
    { schema: { ...describing('incidentFeedback'), params: IncidentParams, body, response } },
    ({ params: { id }, body: said }) => asApiError(() => operator.onIncident(id, said)),
  )
  done()
}
