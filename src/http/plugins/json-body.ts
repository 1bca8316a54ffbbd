import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { isDeeper } from '../body/json-depth.js'
import { readBody } from '../body/read-body.js'
import { ApiError } from '../errors/error-codes.js'
import { JSON_DEPTH_MOST } from '../limits.js'
import { describeAnswers } from '../schemas/error.js'

const BYTE_ORDER_MARK = 0xfeff
const PLAIN_TYPE = 'application/json'
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i

/** What is wrong with JSON whose arrays and objects are too deep in one another. */
export const TOO_DEEP = `its arrays and objects are nested more than ${JSON_DEPTH_MOST} deep`

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, of a request with an `Idempotency-Key`. */
    bodyText: string
  }
}

/**
 * Takes bodies that are `application/json` in UTF-8 and nothing else. The JSON itself is parsed by Fastify's parser,
 * which refuses keys that would change an object's prototype.
 */
export const jsonBodyPlugin = fastifyPlugin(
  (app, _options, done) => {
    const parse = app.getDefaultJsonParser('error', 'error')
    const { bodyLimit } = app.initialConfig as { bodyLimit: number }
    app.decorateRequest('bodyText', '')
    describeAnswers(app, [400, 408, 413, 415], ({ schema }) => schema?.body !== undefined)
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(PLAIN_TYPE, (request, message, next) => {
      readBody(message, bodyLimit, (failure, body) => {
        const refusal = failure ?? bodyRefusal(request, body)
        if (refusal !== null) {
          next(refusal)
          return
        }
        if (request.raw.headers['idempotency-key'] !== undefined) request.bodyText = body
        parse(request, body, (error, value) => {
          if (error) next(jsonError(error, body))
          else if (isDeeper(value, JSON_DEPTH_MOST)) next(tooDeep())
          else next(null, value)
        })
      })
    })
    done()
  },
  { name: 'sentinel-json-body', dependencies: ['sentinel-errors'] },
)

/** Why a body may not be what it says it is; null for one that is UTF-8, not compressed and has no byte order mark. */
function bodyRefusal(request: FastifyRequest, body: string): ApiError | null {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return new ApiError('SENTINEL_UNSUPPORTED_MEDIA_TYPE', 'content-encoding is not supported')
  }
  const refusal = charsetRefusal(request)
  if (refusal !== null) return refusal
  return body.charCodeAt(0) === BYTE_ORDER_MARK ? byteOrderMark() : null
}

/** Why the text of a body cannot be read; null where it is UTF-8 or nothing is said. */
export function charsetRefusal({ headers }: FastifyRequest): ApiError | null {
  const type = headers['content-type']
  if (type === PLAIN_TYPE || type === undefined) return null
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase()
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return null
  return new ApiError('SENTINEL_UNSUPPORTED_MEDIA_TYPE', 'the charset of the body must be utf-8')
}

export function byteOrderMark(): ApiError {
  return new ApiError(
    'SENTINEL_INVALID_JSON',
    'the body starts with a byte order mark; send JSON without one',
  )
}

/** The body has more arrays and objects in one another than is looked at. */
export function tooDeep(): ApiError {
  return new ApiError('SENTINEL_INVALID_JSON', TOO_DEEP)
}

/** Tells JSON with a forbidden key from what is no JSON: Fastify has one message for both. */
function jsonError(error: Error, body: string): Error {
  try {
    JSON.parse(body)
  } catch {
    return error
  }
  return new ApiError('SENTINEL_INVALID_JSON', 'the keys __proto__ and constructor.prototype are forbidden')
}
