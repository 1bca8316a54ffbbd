import { STATUS_CODES } from 'node:http'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { ERROR_STATUS, type ErrorCode } from '../errors/error-codes.js'
import { referenceTo } from './reference.js'

/** The one shape of every 4xx and 5xx answer. */
export const ErrorAnswer = Type.Object(
  {
    statusCode: Type.Integer({ description: 'The HTTP status, repeated.' }),
    code: Type.Unsafe<ErrorCode>({
      type: 'string',
      enum: Object.keys(ERROR_STATUS),
      description: 'What went wrong, for programs.',
    }),
    error: Type.String({ description: 'The name of the HTTP status.' }),
    message: Type.String({ description: 'What was wrong and what is allowed, for people.' }),
  },
  {
    $id: 'Error',
    description: 'Why a request was refused or failed.',
    examples: [
      {
        statusCode: 400,
        code: 'SENTINEL_INVALID_BODY',
        error: 'Bad Request',
        message: 'latency must be a finite number of at least 0; got a string',
      },
    ],
  },
)
export type ErrorAnswer = Static<typeof ErrorAnswer>

/** The body of an error answer. */
export function errorAnswer(code: ErrorCode, message: string): ErrorAnswer {
  const statusCode = ERROR_STATUS[code]
  return { statusCode, code, error: STATUS_CODES[statusCode] ?? 'Error', message }
}

const MEANING: Readonly<Record<number, string>> = {
  400: 'The request is malformed; the message names the field and the reason.',
  401: 'A token is needed, and the one that came is none of those that are valid.',
  403: 'The `Host` or the `Origin` of the request is not allowed.',
  404: 'No such path.',
  405: 'The path exists, the method does not; `Allow` lists those that do.',
  408: 'The request did not arrive in time.',
  409: 'It cannot be done as things are, or has to be confirmed; the message says which.',
  413: 'The body is larger than 16 KiB.',
  415: 'The body is not `application/json` in UTF-8.',
  422: 'The `Idempotency-Key` came with another record before.',
  429: 'Too many requests; `Retry-After` says when to go on.',
  500: 'The service failed; its log says why.',
  503: 'The service is overloaded; `Retry-After` says when to try again.',
}

/** An error answer, for the `response` schema of a route. */
export function errorResponse(description: string) {
  return referenceTo(ErrorAnswer, { description })
}

/** Error answers with their usual meaning, by status, for the `response` schema of the route that gives them. */
export function errorResponses(...statuses: readonly number[]) {
  return Object.fromEntries(statuses.map((status) => [status, errorResponse(MEANING[status] ?? 'Error.')]))
}

/** Schemas that are of one route alone, and may be added to. */
const ofOneRoute = new WeakSet<object>()

/**
 * Adds to the description of every route registered after it what a plugin may answer in the route's place. What a
 * route says of the same status stands.
 * @param where the routes that the plugin answers for; default: all
 */
export function describeAnswers(
  app: FastifyInstance,
  statuses: readonly number[],
  where: (route: RouteOptions) => boolean = () => true,
): void {
  const answers = Object.entries(errorResponses(...statuses))
  app.addHook('onRoute', (route) => {
    if (route.schema === undefined || route.schema.hide === true || !where(route)) return
    // Routes have schemas in common, which stay as they are; to copy for each call would cost more than all the rest.
    if (!ofOneRoute.has(route.schema)) {
      route.schema = { ...route.schema, response: { ...(route.schema.response as object) } }
      ofOneRoute.add(route.schema)
    }
    const response = route.schema.response as Record<string, unknown>
    for (const [status, answer] of answers) response[status] ??= answer
  })
}
