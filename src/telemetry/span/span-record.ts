import { recordOf } from '../exchange.js'
import type { Telemetry } from '../record.js'
import type { UsualSizes } from '../usual-sizes.js'
import { CONVENTIONS } from './conventions.js'

export type AttributeValue = string | number | boolean | readonly unknown[] | null | undefined
export type Attributes = Readonly<Record<string, AttributeValue>>

/** What is used of a server's or a consumer's span, wherever it comes from. */
export interface SpanFacts {
  readonly name: string
  readonly latencyMs: number
  readonly attributes: Attributes
  /** Whether its status says so. */
  readonly erred: boolean
  /** Whether an exception is among its events. */
  readonly threw: boolean
  /** Hexadecimal, 32 digits. */
  readonly traceId: string
  /** Hexadecimal, 16 digits. */
  readonly spanId: string
  /** Name of the service, to stand before the route where spans of several come together. */
  readonly service?: string | undefined
}

/**
 * The telemetry record of a span.
 * @param errorStatuses HTTP statuses below 500 that count as errors
 * @param sizes what stands in for a size that is missing
 */
export function spanRecord(
  span: SpanFacts,
  errorStatuses: ReadonlySet<number>,
  sizes: UsualSizes,
): Telemetry {
  const { attributes, latencyMs, traceId, spanId } = span
  const route = routeOf(span)
  const httpStatus = Number(first(attributes, CONVENTIONS.status) ?? 0)
  const record = recordOf(
    {
      latencyMs,
      inputLength: sizes.of(route, sizeOf(first(attributes, CONVENTIONS.inputLength))),
      status: httpStatus,
      failed: failed(span, httpStatus),
    },
    route,
    errorStatuses,
  )
  record.traceparent = `00-${traceId}-${spanId}-00`
  return record
}

function first(attributes: Attributes, names: readonly string[]): AttributeValue {
  for (const name of names) {
    const value = attributes[name]
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

/** By the conventions, `error.type` of an HTTP server is the status where it is 5xx; a refused caller is no error. */
function failed({ erred, threw, attributes }: SpanFacts, httpStatus: number): boolean {
  if (erred) return true
  if (httpStatus >= 400 && httpStatus < 500) return false
  return threw || first(attributes, CONVENTIONS.error) !== undefined
}

/** Some instrumentations give sizes as text, and -1 for what they do not know; none at all is most usual. */
function sizeOf(value: AttributeValue): number | null {
  const given = Array.isArray(value) ? value[0] : value
  const size = given === undefined || given === null || given === '' ? Number.NaN : Math.round(Number(given))
  return size >= 0 && size < Infinity ? Math.abs(size) : null
}

function routeOf({ attributes, name, service }: SpanFacts): string {
  const found = first(attributes, CONVENTIONS.route)
  const route = withoutQuery(typeof found === 'string' && found !== '' ? found : name)
  const rpc = first(attributes, CONVENTIONS.rpcService)
  // `rpc.method` may be the method alone: then its service stands before it.
  const bare = route === attributes['rpc.method'] && !route.includes('/')
  const whole = typeof rpc === 'string' && bare ? `${rpc}/${route}` : route
  return service === undefined ? whole : `${service} ${whole}`
}

function withoutQuery(path: string): string {
  const at = path.search(/[?#]/)
  return at < 0 || !path.startsWith('/') ? path : path.slice(0, at)
}
