import { countsAsError, recordedLatency, recordedRoute } from '../exchange.js'
import type { Telemetry } from '../record.js'
import { RouteNames } from '../route-names.js'
import { UsualSizes } from '../usual-sizes.js'
import type { AttributeValue, StatedFacts } from './stated-facts.js'

/** What is used of a server's or a consumer's span, wherever it comes from. */
export interface SpanFacts {
  readonly name: string
  readonly latencyMs: number
  /** What its attributes say. */
  readonly stated: StatedFacts
  /** Whether its status says so. */
  readonly erred: boolean
  /** Whether an exception is among its events. */
  readonly threw: boolean
  /** Hexadecimal, 32 digits. */
  readonly traceId: string
  /** Hexadecimal, 16 digits. */
  readonly spanId: string
}

/** Services whose routes are remembered; beyond that all are forgotten. */
const SERVICES_MAX = 64

/** Makes telemetry records of spans, and remembers what stands in for sizes that they do not say. */
export class SpanRecords {
  readonly #errorStatuses: ReadonlySet<number>
  readonly #sizes = new UsualSizes()
  /** Whole routes by service and what stands behind it: to put each together once costs less, and compares faster. */
  readonly #routes = new Map<string | undefined, RouteNames>()

  /** @param errorStatuses HTTP statuses below 500 that count as errors */
  constructor(errorStatuses: ReadonlySet<number>) {
    this.#errorStatuses = errorStatuses
  }

  /** @param service its name, to stand before the route where spans of several come together */
  recordOf(span: SpanFacts, service?: string): Telemetry {
    const { stated, latencyMs, traceId, spanId } = span
    const status = Number(stated.of('status') ?? 0)
    const route = this.#routesOf(service).of(routeOf(span))
    return {
      latency: recordedLatency(latencyMs),
      input_length: this.#sizes.of(route, sizeOf(stated.of('inputLength'))),
      errors: countsAsError(status, failed(span, status), this.#errorStatuses) ? 1 : 0,
      route,
      traceparent: `00-${traceId}-${spanId}-00`,
    }
  }

  #routesOf(service: string | undefined): RouteNames {
    const known = this.#routes.get(service)
    if (known !== undefined) return known
    const before = service === undefined ? '' : `${service} `
    const routes = new RouteNames((bare) => recordedRoute(`${before}${withoutQuery(bare)}`))
    if (this.#routes.size >= SERVICES_MAX) this.#routes.clear()
    this.#routes.set(service, routes)
    return routes
  }
}

/** By the conventions, `error.type` of an HTTP server is the status where it is 5xx; a refused caller is no error. */
function failed({ erred, threw, stated }: SpanFacts, httpStatus: number): boolean {
  if (erred) return true
  if (httpStatus >= 400 && httpStatus < 500) return false
  return threw || stated.of('error') !== undefined
}

/** Some instrumentations give sizes as text, and -1 for what they do not know; none at all is most usual. */
function sizeOf(value: AttributeValue): number | null {
  const given = Array.isArray(value) ? value[0] : value
  const size = given === undefined || given === null || given === '' ? Number.NaN : Math.round(Number(given))
  return size >= 0 && size < Infinity ? Math.abs(size) : null
}

function routeOf({ stated, name }: SpanFacts): string {
  const found = stated.of('route')
  const route = typeof found === 'string' && found !== '' ? found : name
  // `rpc.method` may be the method alone: then its service stands before it.
  const rpc = stated.attributeOf('route') === 'rpc.method' ? stated.of('rpcService') : undefined
  return typeof rpc === 'string' && !route.includes('/') ? `${rpc}/${route}` : route
}

function withoutQuery(path: string): string {
  const at = path.search(/[?#]/)
  return at < 0 || !path.startsWith('/') ? path : path.slice(0, at)
}
