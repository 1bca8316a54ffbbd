/** Everything the API can refuse or fail with: the code clients match on, and its HTTP status. */
export const ERROR_STATUS = {
  SENTINEL_INVALID_BODY: 400,
  SENTINEL_INVALID_QUERY: 400,
  SENTINEL_INVALID_JSON: 400,
  SENTINEL_EMPTY_BODY: 400,
  SENTINEL_INVALID_URL: 400,
  SENTINEL_INVALID_REQUEST: 400,
  SENTINEL_INVALID_IDEMPOTENCY_KEY: 400,
  SENTINEL_UNAUTHORIZED: 401,
  SENTINEL_HOST_NOT_ALLOWED: 403,
  SENTINEL_ORIGIN_NOT_ALLOWED: 403,
  SENTINEL_NOT_FOUND: 404,
  SENTINEL_METHOD_NOT_ALLOWED: 405,
  SENTINEL_REQUEST_TIMEOUT: 408,
  SENTINEL_CONFLICT: 409,
  SENTINEL_CONFIRM_NEEDED: 409,
  SENTINEL_BODY_TOO_LARGE: 413,
  SENTINEL_UNSUPPORTED_MEDIA_TYPE: 415,
  SENTINEL_IDEMPOTENCY_KEY_REUSED: 422,
  SENTINEL_RATE_LIMITED: 429,
  SENTINEL_HEADERS_TOO_LARGE: 431,
  SENTINEL_INTERNAL: 500,
  SENTINEL_UNAVAILABLE: 503,
  SENTINEL_OVERLOADED: 503,
} as const

export type ErrorCode = keyof typeof ERROR_STATUS

/** An error whose message is meant for the client. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError'
  readonly statusCode: number

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message)
    this.statusCode = ERROR_STATUS[code]
  }
}

/** Refuses a request before its path is looked at: one that does not exist is refused like one that does. */
export class AccessError extends ApiError {
  override readonly name = 'AccessError'

  constructor(
    code: ErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message)
  }
}
