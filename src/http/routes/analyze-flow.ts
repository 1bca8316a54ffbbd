import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { detailOf } from '../../anomalies/detail-of.js'
import type { Judgement, ReportedAnomaly, Sentinel, Trial } from '../../sentinel.js'
import { Telemetry } from '../../telemetry/record.js'
import { OK } from '../answer-json.js'
import { type AnswerMemory, fingerprintOf } from '../answer-memory.js'
import { describing, ENDPOINTS } from '../endpoints.js'
import { ApiError } from '../errors/error-codes.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { Analysis, AnalysisHeaders, AnalysisQuery, type ThreatAnswer } from '../schemas/analysis.js'
import { errorResponses } from '../schemas/error.js'
import { referenceTo } from '../schemas/reference.js'

export interface AnalyzeFlowOptions {
  readonly sentinel: Sentinel
  readonly metrics: SentinelMetrics
  /** Answers to repeated requests; null ignores `Idempotency-Key`. */
  readonly memory: AnswerMemory<Answer> | null
}

const schema = {
  ...describing('analyzeFlow'),
  description:
    'Judges the record by what came before it, then learns from it. `x-anomaly-id` names the anomaly when there is one.',
  body: referenceTo(Telemetry),
  querystring: AnalysisQuery,
  headers: AnalysisHeaders,
  response: {
    200: referenceTo(Analysis, { description: 'The verdict.' }),
    ...errorResponses(422),
  },
} as const

type AnalysisRequest = FastifyRequest<{ Body: Telemetry; Querystring: AnalysisQuery }>
type Answer = Analysis | Promise<Analysis>

/** `POST /analyze-flow`: telemetry in, verdict out. */
export const analyzeFlowRoute: FastifyPluginCallbackTypebox<AnalyzeFlowOptions> = (app, options, done) => {
  const { memory } = options
  app.post(ENDPOINTS.analyzeFlow.url, { schema }, (request, reply): Answer => {
    reply.header('x-content-type-options', 'nosniff')
    if (request.query.learn === 'false') return tryOut(request, options)
    const key = request.raw.headers['idempotency-key']
    return key === undefined || memory === null
      ? judge(request, reply, options)
      : judgeOnce(request, reply, String(key), memory, options)
  })
  done()
}

function judge(request: AnalysisRequest, reply: FastifyReply, { sentinel }: AnalyzeFlowOptions): Answer {
  const detailed = request.query.detail === 'true'
  const traceparent = request.raw.headers.traceparent as string | undefined
  const options = detailed || traceparent !== undefined ? { detail: detailed, traceparent } : undefined
  const judgement = sentinel.judge(request.body, options)
  if (judgement === null) throw new ApiError('SENTINEL_UNAVAILABLE', 'the sentinel is closed')
  const { verdict, p, anomaly } = judgement
  if (anomaly === null) return detailed ? { status: 'OK', detail: detailOf(verdict, { p }) } : OK
  const { id, reason } = anomaly
  // Before anything is awaited: a repetition of the request takes the id from here.
  reply.header('x-anomaly-id', id)
  return typeof reason === 'string'
    ? threat(judgement, anomaly, reason, detailed)
    : reason.then((text) => threat(judgement, anomaly, text, detailed))
}

/** Judges a record that is only tried out. */
function tryOut(request: AnalysisRequest, { sentinel }: AnalyzeFlowOptions): Analysis {
  const trial = sentinel.tryOut(request.body)
  if (trial === null) throw new ApiError('SENTINEL_UNAVAILABLE', 'the sentinel is closed')
  const answer = answerToTrial(trial)
  if (request.query.detail !== 'true') return answer
  const { verdict, p, action } = trial
  return { ...answer, detail: detailOf(verdict, { p, alert: action ?? 'none' }) }
}

function answerToTrial({ verdict, action, reason, confidence }: Trial): Analysis {
  if (action === null || reason === null) return { status: 'OK' }
  return { status: 'THREAT_DETECTED', action, reason, prediction_score: verdict.score, confidence }
}

function threat(
  { verdict, p }: Judgement,
  { action, confidence, incident }: ReportedAnomaly,
  reason: string,
  detailed: boolean,
): ThreatAnswer {
  const answer: ThreatAnswer = {
    status: 'THREAT_DETECTED',
    action,
    reason,
    prediction_score: verdict.score,
    confidence,
  }
  return detailed ? { ...answer, detail: detailOf(verdict, { p, alert: action, incident }) } : answer
}

/** A request that came before gets the answer it got then, and its record is not judged again. */
function judgeOnce(
  request: AnalysisRequest,
  reply: FastifyReply,
  key: string,
  memory: AnswerMemory<Answer>,
  options: AnalyzeFlowOptions,
): Answer {
  const asked = fingerprintOf(request.bodyText, request.query.detail)
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
