import type { ErrorCode } from '../errors/error-codes.js'
import { type ErrorAnswer, errorAnswer } from '../schemas/error.js'

/** What an operation of the document is asked with, and answers. */
interface Operation {
  readonly parameters?: readonly { readonly in: string }[]
  readonly requestBody?: object
  readonly responses?: { readonly [status: string]: { content?: { [type: string]: { example?: unknown } } } }
}

/** An answer of each code as the service gives it, or one very like it. */
const MESSAGES: { readonly [Code in ErrorCode]?: string } = {
  SENTINEL_INVALID_BODY: 'latency must be a finite number of at least 0; got a string',
  SENTINEL_INVALID_QUERY: 'limit must be a whole number from 1 to 500',
  SENTINEL_INVALID_REQUEST:
    'the id must be an anomaly id such as 19b76daa800-0000 (11 hex digits, a hyphen, 4 hex digits)',
  SENTINEL_UNAUTHORIZED: 'a valid token is needed: send it as Authorization: Bearer <token>',
  SENTINEL_HOST_NOT_ALLOWED:
    'the Host header names no host of this service; SENTINEL_ALLOWED_HOSTS lists those that it may name',
  SENTINEL_NOT_FOUND: 'no anomaly has this id: the last 500 are kept, and GET /anomalies lists them',
  SENTINEL_METHOD_NOT_ALLOWED: 'GET is not allowed here; POST is',
  SENTINEL_REQUEST_TIMEOUT: 'the request did not arrive in time',
  SENTINEL_CONFIRM_NEEDED: 'this would forget more than 10 records: say so with "confirm": true',
  SENTINEL_BODY_TOO_LARGE: 'the body must be at most 16 KiB',
  SENTINEL_UNSUPPORTED_MEDIA_TYPE: 'content-type must be application/json',
  SENTINEL_IDEMPOTENCY_KEY_REUSED: 'this Idempotency-Key came with another record before',
  SENTINEL_RATE_LIMITED: 'at most 100 requests a second; go on in 1 second',
  SENTINEL_INTERNAL: 'the service failed; its log says why',
  SENTINEL_OVERLOADED: 'the service is overloaded; try again after the seconds that Retry-After gives',
}

const CODES: { readonly [status: string]: ErrorCode } = {
  401: 'SENTINEL_UNAUTHORIZED',
  403: 'SENTINEL_HOST_NOT_ALLOWED',
  404: 'SENTINEL_NOT_FOUND',
  405: 'SENTINEL_METHOD_NOT_ALLOWED',
  408: 'SENTINEL_REQUEST_TIMEOUT',
  409: 'SENTINEL_CONFIRM_NEEDED',
  413: 'SENTINEL_BODY_TOO_LARGE',
  415: 'SENTINEL_UNSUPPORTED_MEDIA_TYPE',
  422: 'SENTINEL_IDEMPOTENCY_KEY_REUSED',
  429: 'SENTINEL_RATE_LIMITED',
  500: 'SENTINEL_INTERNAL',
  503: 'SENTINEL_OVERLOADED',
}

/** Gives every error answer of an OpenAPI document an example of its own status. Changes the document. */
export function withErrorExamples<Document extends { paths?: object }>(document: Document): Document {
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(path as Record<string, Operation>)) {
      for (const [status, { content }] of Object.entries(operation.responses ?? {})) {
        const json = content?.['application/json']
        const example = json === undefined ? null : exampleOf(status, operation)
        if (json !== undefined && example !== null) json.example = example
      }
    }
  }
  return document
}

function exampleOf(status: string, operation: Operation): ErrorAnswer | null {
  const code = status === '400' ? malformedCode(operation) : CODES[status]
  const message = code === undefined ? undefined : MESSAGES[code]
  return code === undefined || message === undefined ? null : errorAnswer(code, message)
}

/** What may be malformed about a request. */
function malformedCode({ requestBody, parameters = [] }: Operation): ErrorCode {
  if (requestBody !== undefined) return 'SENTINEL_INVALID_BODY'
  return parameters.some((one) => one.in === 'query') ? 'SENTINEL_INVALID_QUERY' : 'SENTINEL_INVALID_REQUEST'
}
