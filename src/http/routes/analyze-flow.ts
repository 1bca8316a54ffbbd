import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { detailOf } from '../../anomalies/detail.js'
import type { Detector } from '../../detector/detector.js'
import type { Verdict } from '../../detector/verdict.js'
import { Telemetry } from '../../telemetry/record.js'
import { routePattern } from '../../telemetry/route-pattern.js'
import { OK } from '../answer-json.js'
import { AnswerMemory } from '../answer-memory.js'
import { describing, ENDPOINTS } from '../endpoints.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import type { Report } from '../report.js'
import { Analysis, AnalysisHeaders, AnalysisQuery, type ThreatAnswer } from '../schemas/analysis.js'
import { errorResponses } from '../schemas/error.js'
import { referenceTo } from '../schemas/reference.js'

export interface AnalyzeFlowOptions {
  readonly detector: Detector
  readonly metrics: SentinelMetrics
  readonly report: Report
  /** Answers kept for repeated requests; 0 ignores `Idempotency-Key`. */
  readonly idempotencyMax: number
}

const schema = {
  ...describing('analyzeFlow'),
  description:
    'Scores the record against the window, then admits it. `x-anomaly-id` names the anomaly when there is one.',
  body: referenceTo(Telemetry),
  querystring: AnalysisQuery,
  headers: AnalysisHeaders,
  response: {
    200: referenceTo(Analysis, { description: 'The verdict.' }),
    ...errorResponses(422),
  },
} as const

const WITH_DETAIL = { detail: true } as const

type AnalysisRequest = FastifyRequest<{ Body: Telemetry; Querystring: AnalysisQuery }>
type Outcome = Analysis | Promise<Analysis>

/** `POST /analyze-flow`: telemetry in, verdict out. */
export const analyzeFlowRoute: FastifyPluginCallbackTypebox<AnalyzeFlowOptions> = (app, options, done) => {
  const memory = options.idempotencyMax > 0 ? new AnswerMemory<Outcome>(options.idempotencyMax) : null
  app.post(ENDPOINTS.analyzeFlow.url, { schema }, (request, reply): Outcome => {
    reply.header('x-content-type-options', 'nosniff')
    const key = request.raw.headers['idempotency-key']
    return key === undefined || memory === null
      ? judge(request, reply, options)
      : judgeOnce(request, reply, String(key), memory, options)
  })
  done()
}

function judge(request: AnalysisRequest, reply: FastifyReply, options: AnalyzeFlowOptions): Outcome {
  const { detector, metrics } = options
  const detailed = request.query.detail === 'true'
  const verdict = detector.analyze(request.body, detailed ? WITH_DETAIL : undefined)
  metrics.scored(verdict.score)
  if (verdict.anomalous) return answerThreat(request, reply, verdict, detailed, options)
  return detailed ? { status: 'OK', detail: detailOf(verdict) } : OK
}

/** A request that came before gets the answer it got then, and its record is not judged again. */
function judgeOnce(
  request: AnalysisRequest,
  reply: FastifyReply,
  key: string,
  memory: AnswerMemory<Outcome>,
  options: AnalyzeFlowOptions,
): Outcome {
  const asked = [request.body, request.query.detail]
  const first = memory.recall(key, asked)
  if (first === null) {
    const answer = judge(request, reply, options)
    memory.keep(key, asked, answer, (reply.getHeader('x-anomaly-id') as string | undefined) ?? null)
    return answer
  }
  options.metrics.protection.replayedAnswers++
  reply.header('idempotency-replayed', 'true')
  if (first.anomalyId !== null) reply.header('x-anomaly-id', first.anomalyId)
  return first.answer
}

function answerThreat(
  request: AnalysisRequest,
  reply: FastifyReply,
  verdict: Verdict,
  detailed: boolean,
  { metrics, report }: AnalyzeFlowOptions,
): Outcome {
  metrics.anomalies++
  const { route } = request.body
  const { id, reason } = report({ verdict, route })
  // Before anything is awaited: a repetition of the request takes the id from here.
  reply.header('x-anomaly-id', id)
  const answer = (text: string): ThreatAnswer => {
    const { score, confidence } = verdict
    request.log.warn(
      { anomalyId: id, score, confidence, reason: text, route: routePattern(route) },
      'anomaly',
    )
    const threat: ThreatAnswer = {
      status: 'THREAT_DETECTED',
      action: 'freeze',
      reason: text,
      prediction_score: score,
      confidence,
    }
    return detailed ? { ...threat, detail: detailOf(verdict) } : threat
  }
  return typeof reason === 'string' ? answer(reason) : reason.then(answer)
}
