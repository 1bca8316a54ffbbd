import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { detailOf } from '../../anomalies/detail-of.js'
import type { Detectors } from '../../detectors/detectors.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import { Turn } from '../../runtime/turn.js'
import type { Judgement, ReportedAnomaly, Trial } from '../../sentinel.js'
import { Telemetry } from '../../telemetry/record.js'
import { recordFaultOf } from '../batch/record-fault.js'
import { OK } from '../compilers/answer-json.js'
import { ApiError } from '../errors/error-codes.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { detectorNamed, keyFor } from '../query/which-detector.js'
import { type AnswerMemory, fingerprintOf } from '../repeats/answer-memory.js'
import { Analysis, AnalysisHeaders, AnalysisQuery, type ThreatAnswer } from '../schemas/analysis.js'
import { DetectorParams } from '../schemas/detector.js'
import { errorResponses } from '../schemas/error.js'
import { referenceTo } from '../schemas/reference.js'

export interface AnalyzeFlowOptions {
  readonly detectors: Detectors
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

const namedSchema = {
  ...schema,
  ...describing('detectorFlow'),
  params: DetectorParams,
  // What a record looks like depends on the detector, which looks at it.
  body: Type.Unknown({ description: 'A record as the detector declares it.' }),
  response: { ...schema.response, ...errorResponses(404) },
} as const

type AnalysisRequest = FastifyRequest<{ Body: Telemetry; Querystring: AnalysisQuery }>
type Answer = Analysis | Promise<Analysis>
type Memory = AnswerMemory<Answer>

/** Judges the records of one detector. */
interface Desk {
  readonly detector: NamedDetector
  readonly metrics: SentinelMetrics
  /** Null where repeated requests are judged again. */
  readonly memory: Memory | null
}

/** A request whose record is judged with those that arrived beside it. */
interface Waiting {
  readonly request: AnalysisRequest
  readonly reply: FastifyReply
  readonly desk: Desk
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** `POST /analyze-flow`: telemetry in, verdict out; `/detectors/:name/analyze-flow` by the detector of that name. */
export const analyzeFlowRoute: FastifyPluginCallbackTypebox<AnalyzeFlowOptions> = (app, options, done) => {
  const { detectors, metrics, memory } = options
  const desks = new Map(
    detectors.all.map((detector): [NamedDetector, Desk] => [detector, { detector, metrics, memory }]),
  )
  const main = desks.get(detectors.default) as Desk
  app.post(ENDPOINTS.analyzeFlow.url, { schema }, (request, reply): Answer => answer(request, reply, main))
  app.post(ENDPOINTS.detectorFlow.url, { schema: namedSchema }, (request, reply): Answer => {
    const detector = detectorNamed(detectors, request.params.name)
    const fault = recordFaultOf(detector.telemetry)(request.body)
    if (fault !== null) throw new ApiError('SENTINEL_INVALID_BODY', fault)
    return answer(request as AnalysisRequest, reply, desks.get(detector) as Desk)
  })
  done()
}

function answer(request: AnalysisRequest, reply: FastifyReply, desk: Desk): Answer {
  reply.header('x-content-type-options', 'nosniff')
  if (request.query.learn === 'false') return tryOut(request, desk)
  return new Promise((resolve, reject) => judging.add({ request, reply, desk, resolve, reject }))
}

/** Requests that arrive together are judged one right after the other. */
const judging = new Turn<Waiting>(({ request, reply, desk, resolve, reject }) => {
  try {
    const key = request.raw.headers['idempotency-key']
    const answer =
      key === undefined || desk.memory === null
        ? judge(request, reply, desk)
        : judgeOnce(request, reply, keyFor(desk.detector, String(key)), desk.memory, desk)
    resolve(answer)
  } catch (error) {
    reject(error)
  }
})

function judge(request: AnalysisRequest, reply: FastifyReply, { detector }: Desk): Answer {
  const detailed = request.query.detail === 'true'
  const traceparent = request.raw.headers.traceparent as string | undefined
  const options = detailed || traceparent !== undefined ? { detail: detailed, traceparent } : undefined
  const judgement = detector.judge(request.body, options)
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
function tryOut(request: AnalysisRequest, { detector }: Desk): Analysis {
  const trial = detector.tryOut(request.body)
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
  memory: Memory,
  desk: Desk,
): Answer {
  const asked = fingerprintOf(request.bodyText, request.query.detail)
  const first = memory.recall(key, asked)
  if (first === null) {
    const answer = judge(request, reply, desk)
    memory.keep(key, asked, answer, (reply.getHeader('x-anomaly-id') as string | undefined) ?? null)
    return answer
  }
  desk.metrics.protection.replayedAnswers++
  reply.header('idempotency-replayed', 'true')
  if (first.anomalyId !== null) reply.header('x-anomaly-id', first.anomalyId)
  return first.answer
}
