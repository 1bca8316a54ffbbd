import type { IncomingMessage } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { RecordError } from '../../telemetry/check-record.js'
import { AccessError, ApiError, ERROR_STATUS, type ErrorCode } from '../errors/error-codes.js'
import { validationMessage } from '../errors/validation-message.js'
import { type SentinelMetrics, UNMATCHED } from '../metrics/sentinel-metrics.js'
import { describeAnswers, errorAnswer } from '../schemas/error.js'

export interface ErrorsOptions {
  readonly metrics: SentinelMetrics
}

/** Turns everything that goes wrong into the one error shape; nothing internal reaches a client. */
export const errorsPlugin = fastifyPlugin<ErrorsOptions>(
  (app, { metrics }, done) => {
    describeAnswers(app, [500])
    /** What may be done with each path, for `Allow`. */
    const methodsOf = new Map<string, Set<string>>()
    app.addHook('onRoute', (route) => {
      const methods = methodsOf.get(route.url) ?? new Set()
      for (const method of [route.method].flat()) methods.add(method)
      methodsOf.set(route.url, methods)
    })

    const refuseUnmatched = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      metrics.tallyOf(UNMATCHED, request.method).count++
      if (badUrls.has(request.raw)) {
        return send(reply, 'SENTINEL_INVALID_URL', 'the path is not valid percent-encoded UTF-8')
      }
      const [path = ''] = request.url.split('?', 1)
      const methods = methodsOf.get(path)
      if (methods === undefined) {
        return send(reply, 'SENTINEL_NOT_FOUND', 'no such path; GET /openapi.json lists those that exist')
      }
      const allow = [...methods].join(', ')
      reply.header('allow', allow)
      return send(reply, 'SENTINEL_METHOD_NOT_ALLOWED', `${request.method} is not allowed here; use ${allow}`)
    }

    app.setNotFoundHandler(refuseUnmatched)
    app.setErrorHandler<FastifyError | AccessError>((error, request, reply) => {
      if (error instanceof AccessError) {
        request.log.debug({ reqId: request.id, code: error.code }, error.message)
        reply.refused = true
        return send(reply.headers(error.headers), error.code, error.message)
      }
      // A body that cannot be read does not matter on a path that does not exist.
      if (request.is404) return refuseUnmatched(request, reply)
      const [code, message] =
        error.validationContext === 'body' && request.body === undefined ? EMPTY_BODY : explained(error)
      if (ERROR_STATUS[code] >= 500) request.log.error({ err: error, reqId: request.id }, 'request failed')
      else request.log.debug({ reqId: request.id, code }, message)
      return send(reply, code, message)
    })
    done()
  },
  { name: 'sentinel-errors' },
)

function send(reply: FastifyReply, code: ErrorCode, message: string): FastifyReply {
  return reply
    .code(ERROR_STATUS[code])
    .header('x-content-type-options', 'nosniff')
    .send(errorAnswer(code, message))
}

type Explanation = readonly [ErrorCode, string]

const EMPTY_BODY: Explanation = ['SENTINEL_EMPTY_BODY', 'the body is empty; it must be a JSON object']
const INTERNAL: Explanation = ['SENTINEL_INTERNAL', 'the service failed; its log says why']

/** The answer to an error of Fastify's own, by its code. */
const FRAMEWORK: Readonly<Record<string, Explanation>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: EMPTY_BODY,
  FST_ERR_CTP_INVALID_JSON_BODY: ['SENTINEL_INVALID_JSON', 'the body is not valid JSON'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'SENTINEL_UNSUPPORTED_MEDIA_TYPE',
    'content-type must be application/json',
  ],
}

function explained(error: FastifyError | ApiError): Explanation {
  if (error instanceof ApiError) return [error.code, error.message]
  if (error instanceof RecordError) return ['SENTINEL_INVALID_BODY', error.message]
  if (error.validation !== undefined) {
    const part = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'request')
    return [
      part === 'query' ? 'SENTINEL_INVALID_QUERY' : 'SENTINEL_INVALID_BODY',
      validationMessage(error.validation, part),
    ]
  }
  const known = Object.hasOwn(FRAMEWORK, error.code ?? '') ? FRAMEWORK[error.code] : undefined
  if (known !== undefined) return known
  const status = error.statusCode ?? 500
  return status >= 400 && status < 500 ? ['SENTINEL_INVALID_REQUEST', 'the request is malformed'] : INTERNAL
}

/** Where no route is. */
const NOWHERE = '/%25'
/** Requests whose path cannot be decoded. */
const badUrls = new WeakSet<IncomingMessage>()

/**
 * Takes a request that Fastify gives up on before it looks for a route, because its path cannot be decoded, the way of
 * all others: who may not call at all, or not so often, hears that first.
 */
export function answerBadUrl({ raw, server }: FastifyRequest, reply: FastifyReply): void {
  badUrls.add(raw)
  raw.url = NOWHERE
  server.routing(raw, reply.raw)
}
