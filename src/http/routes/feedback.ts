import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { FeedbackAnswer, FeedbackRequest } from '../../alerts/operator/feedback-note.js'
import type { Operator } from '../../alerts/operator/operator.js'
import type { Origin } from '../../alerts/origin.js'
import { DEFAULT_DETECTOR } from '../../detectors/default-detector.js'
import type { Detectors } from '../../detectors/detectors.js'
import { asApiError } from '../errors/operator-refusal.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { checkId } from '../query/list-query.js'
import { refuseUnknownQueries } from '../query/strict-query.js'
import { sentinelAsked } from '../query/which-detector.js'
import { AnomalyParams } from '../schemas/anomaly.js'
import { errorResponses } from '../schemas/error.js'
import { IncidentParams } from '../schemas/incident.js'
import { referenceTo } from '../schemas/reference.js'

export interface OperatorRoutesOptions {
  readonly detectors: Detectors
}

const response = {
  200: referenceTo(FeedbackAnswer, { description: 'What follows from it.' }),
  ...errorResponses(400, 404, 408, 409, 413, 415),
}

/** `POST /anomalies/:id/feedback` and `/incidents/:id/feedback`: an operator's word on a finding. */
export const feedbackRoutes: FastifyPluginCallbackTypebox<OperatorRoutesOptions> = (
  app,
  { detectors },
  done,
) => {
  const { anomalies, incidents } = detectors.default.shared
  refuseUnknownQueries(app)
  const body = FeedbackRequest

  app.post(
    ENDPOINTS.anomalyFeedback.url,
    { schema: { ...describing('anomalyFeedback'), params: AnomalyParams, body, response } },
    ({ params: { id }, body: said }) => {
      checkId(id, 'an anomaly')
      return asApiError(() => operatorOf(anomalies.get(id), detectors).onAnomaly(id, said))
    },
  )

  app.post(
    ENDPOINTS.incidentFeedback.url,
    { schema: { ...describing('incidentFeedback'), params: IncidentParams, body, response } },
    ({ params: { id }, body: said }) => {
      checkId(id, 'an incident')
      return asApiError(() => operatorOf(incidents.get(id), detectors).onIncident(id, said))
    },
  )
  done()
}

/** Who hears what is said of a finding: the baseline that found it. @throws ApiError where that is not in memory */
function operatorOf(found: Origin | undefined, detectors: Detectors): Operator {
  const { detector = DEFAULT_DETECTOR, entity } = found ?? {}
  return sentinelAsked({ detector, ...(typeof entity === 'string' && { entity }) }, detectors).operator
}
