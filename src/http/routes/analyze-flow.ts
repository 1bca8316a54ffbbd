import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Detector } from '../../detector/detector.js'
import { Telemetry } from '../../detector/telemetry.js'
import type { Verdict } from '../../detector/verdict.js'
import { routePattern } from '../../explain/route-pattern.js'
import { OK } from '../answer-json.js'
import type { SentinelMetrics } from '../metrics.js'
import type { Report } from '../report.js'
import { Analysis, AnalysisQuery, type Detail, type ThreatAnswer } from '../schemas/analysis.js'
import { errorResponses } from '../schemas/error.js'
import { referenceTo } from '../schemas/reference.js'

export interface AnalyzeFlowOptions {
  readonly detector: Detector
  readonly metrics: SentinelMetrics
  readonly report: Report
}

const schema = {
  operationId: 'analyzeFlow',
  summary: 'Judge one telemetry record',
  description:
    'Scores the record against the window, then admits it. `x-anomaly-id` names the anomaly when there is one.',
  tags: ['analysis'],
  body: referenceTo(Telemetry),
  querystring: AnalysisQuery,
  response: {
    200: referenceTo(Analysis, { description: 'The verdict.' }),
    ...errorResponses(400, 408, 413, 415, 500, 503),
  },
} as const

const WITH_DETAIL = { detail: true } as const

/** `POST /analyze-flow`: telemetry in, verdict out. */
export const analyzeFlowRoute: FastifyPluginCallbackTypebox<AnalyzeFlowOptions> = (app, options, done) => {
  const { detector, metrics } = options
  app.post('/analyze-flow', { schema }, (request, reply): Analysis | Promise<Analysis> => {
    const detailed = request.query.detail === 'true'
    const verdict = detector.analyze(request.body, detailed ? WITH_DETAIL : undefined)
    metrics.scored(verdict.score)
    if (verdict.anomalous) return answerThreat(request, reply, verdict, detailed, options)
    return detailed ? { status: 'OK', detail: detailOf(verdict) } : OK
  })
  done()
}

async function answerThreat(
  request: FastifyRequest<{ Body: Telemetry }>,
  reply: FastifyReply,
  verdict: Verdict,
  detailed: boolean,
  { metrics, report }: AnalyzeFlowOptions,
): Promise<ThreatAnswer> {
  metrics.anomalies++
  const { route } = request.body
  const { score, confidence } = verdict
  const anomaly = report({ verdict, route })
  const reason = await anomaly.reason
  request.log.warn(
    { anomalyId: anomaly.id, score, confidence, reason, route: routePattern(route) },
    'anomaly',
  )
  reply.header('x-anomaly-id', anomaly.id)
  return {
    status: 'THREAT_DETECTED',
    action: 'freeze',
    reason,
    prediction_score: score,
    confidence,
    ...(detailed ? { detail: detailOf(verdict) } : {}),
  }
}

function detailOf(verdict: Verdict): Detail {
  return {
    score: verdict.score,
    confidence: verdict.confidence,
    threshold: verdict.threshold,
    generation: verdict.generation,
    detector: verdict.detector,
    fitted_rows: verdict.fittedRows,
    contributions: [...verdict.contributions],
    exceeded: [...verdict.exceeded],
  }
}
