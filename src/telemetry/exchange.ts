import type { Telemetry } from './record.js'
import { traceIdOf } from './trace-context.js'

/** What a request came to, measured once, at the end of its answer or when somebody gave it up. */
export interface Exchange {
  /** From the arrival of the request to the end of the answer, or to its abort. */
  readonly latencyMs: number
  /** Bytes of the request's body: as announced, or else as they arrived. */
  readonly inputLength: number
  /** HTTP status of the answer. */
  readonly status: number
  /** Whether it has no whole answer: the caller went away, the answer broke off, or the handler threw. */
  readonly failed: boolean
  /** The request's `traceparent` header. */
  readonly traceparent?: string | undefined
}

/** The route of requests that no pattern matched: a scanner must not be able to make routes up. */
export const UNMATCHED = 'unmatched'

/** Longest `traceparent` that a record may have. */
const MAX_TRACEPARENT = 512

/**
 * The telemetry record of an exchange: never with a user or a query string.
 * @param route the pattern that matched, with the path it is mounted at; undefined where none did
 * @param errorStatuses statuses below 500 that count as errors
 */
export function recordOf(
  exchange: Exchange,
  route: string | undefined,
  errorStatuses: ReadonlySet<number>,
): Telemetry {
  const { latencyMs, inputLength, status, failed, traceparent } = exchange
  const record: Telemetry = {
    latency: recordedLatency(latencyMs),
    input_length: inputLength,
    errors: countsAsError(status, failed, errorStatuses) ? 1 : 0,
    route: recordedRoute(route),
  }
  if (traceparent !== undefined && traceparent.length <= MAX_TRACEPARENT && traceIdOf(traceparent) !== null)
    record.traceparent = traceparent
  return record
}

/** @param errorStatuses statuses below 500 that count as errors */
export function countsAsError(status: number, failed: boolean, errorStatuses: ReadonlySet<number>): boolean {
  return failed || status >= 500 || errorStatuses.has(status)
}

/**
 * What took so long as records have it: in milliseconds that were begun. Nobody acts on less. A route that answers within one
 * would be told of whenever 0.03 of them became 0.1, as they do under load.
 */
export function recordedLatency(ms: number): number {
  // What was told in decimals of a second is not quite whole in milliseconds.
  return Math.ceil(Math.round(ms * 1000) / 1000)
}

/** A route as records have it. */
export function recordedRoute(route: string | undefined): string {
  return route === undefined || route === '' ? UNMATCHED : withoutQuery(route)
}

/** Patterns have no query. A path that somebody gives in place of a pattern may, and it is nobody's business. */
function withoutQuery(route: string): string {
  const at = route.search(/[?#]/)
  // In a pattern a question mark stands behind a name or a group; a query has an equals sign behind it.
  return at < 0 || !route.includes('=', at) ? route : route.slice(0, at)
}
