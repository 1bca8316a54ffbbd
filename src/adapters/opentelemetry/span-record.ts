import type { Telemetry } from '../../telemetry/record.js'
import { recordOf } from '../exchange.js'
import { type AttributeValue, CONSUMER, type EndingSpan, SERVER, STATUS_ERROR } from './sdk.js'

/**
 * Where a fact stands, by the semantic conventions of today and, behind them, by those of before HTTP became stable.
 * The first attribute that a span has counts.
 */
const CONVENTIONS = {
  status: ['http.response.status_code', 'http.status_code'],
  inputLength: [
    'http.request.body.size',
    'http.request.size',
    'http.request_content_length',
    'http.request_content_length_uncompressed',
    'messaging.message.body.size',
    'messaging.message.envelope.size',
    'messaging.message_payload_size_bytes',
  ],
  /** A pattern or a name; a path only where there is neither. */
  route: [
    'http.route',
    'rpc.method',
    'messaging.destination.template',
    'messaging.destination.name',
    'messaging.destination',
    'url.path',
    'http.target',
  ],
  error: ['error.type'],
} as const

/** Whether it is work that somebody asked this service for. */
export function isJudged({ kind }: { readonly kind: number }): boolean {
  return kind === SERVER || kind === CONSUMER
}

/** The telemetry record of a server's or a consumer's span. */
export function spanRecord(span: EndingSpan, errorStatuses: ReadonlySet<number>): Telemetry {
  const { attributes, duration, status, events, name } = span
  const httpStatus = Number(first(attributes, CONVENTIONS.status) ?? 0)
  const route = first(attributes, CONVENTIONS.route)
  const record = recordOf(
    {
      latencyMs: duration[0] * 1000 + duration[1] / 1e6,
      inputLength: sizeOf(first(attributes, CONVENTIONS.inputLength)),
      status: httpStatus,
      failed: failed(status.code, httpStatus, first(attributes, CONVENTIONS.error), events),
      route: withService(attributes, withoutQuery(typeof route === 'string' && route !== '' ? route : name)),
    },
    errorStatuses,
  )
  const { traceId, spanId } = span.spanContext()
  record.traceparent = `00-${traceId}-${spanId}-00`
  return record
}

function first(attributes: EndingSpan['attributes'], names: readonly string[]): AttributeValue {
  for (const name of names) {
    const value = attributes[name]
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

/** By the conventions, `error.type` of an HTTP server is the status where it is 5xx; a refused caller is no error. */
function failed(
  code: number,
  httpStatus: number,
  errorType: AttributeValue,
  events: EndingSpan['events'],
): boolean {
  if (code === STATUS_ERROR) return true
  if (httpStatus >= 400 && httpStatus < 500) return false
  return errorType !== undefined || events.some(({ name }) => name === 'exception')
}

/** Some instrumentations give sizes as text; none at all is most usual. */
function sizeOf(value: AttributeValue): number {
  const size = Number(Array.isArray(value) ? value[0] : (value ?? 0))
  return Number.isFinite(size) && size > 0 ? size : 0
}

/** `rpc.method` may be the method alone: then its service stands before it. */
function withService(attributes: EndingSpan['attributes'], route: string): string {
  const service = attributes['rpc.service']
  const bare = route === attributes['rpc.method'] && !route.includes('/')
  return typeof service === 'string' && bare ? `${service}/${route}` : route
}

function withoutQuery(path: string): string {
  const at = path.search(/[?#]/)
  return at < 0 || !path.startsWith('/') ? path : path.slice(0, at)
}
