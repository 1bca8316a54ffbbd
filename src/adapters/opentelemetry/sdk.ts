import type { Attributes } from '../../telemetry/span/stated-facts.js'

/** What is used here of OpenTelemetry's SDK, 1.x and 2.x: by its form, so that neither has to be installed. */

/** A span, ending or ended. */
export interface EndingSpan {
  readonly name: string
  readonly kind: number
  readonly attributes: Attributes
  readonly status: { readonly code: number }
  /** Seconds and nanoseconds. */
  readonly duration: readonly [number, number]
  readonly events: readonly { readonly name: string }[]
  spanContext(): { readonly traceId: string; readonly spanId: string; traceFlags: number }
}

/** A span that still takes attributes. */
export interface OpenSpan extends EndingSpan {
  setAttribute(name: string, value: string | number | boolean): unknown
  addEvent(name: string, attributes: Record<string, string | number | boolean>): unknown
}

export interface Meter {
  createCounter(
    name: string,
    options: { description: string; unit: string },
  ): { add(value: number, attributes: Record<string, string>): void }
}

/** Of `SpanKind`. */
const SERVER = 1
const CONSUMER = 4
/** Of `SpanStatusCode`. */
export const STATUS_ERROR = 2
/** Of `TraceFlags`. */
export const SAMPLED = 1
/** Of `SamplingDecision`: not at all, for the processors alone, for the exporters, too. */
export const NOT_RECORD = 0
export const RECORD = 1

/** Whether it is work that somebody asked this service for. */
export function isJudged({ kind }: { readonly kind: number }): boolean {
  return kind === SERVER || kind === CONSUMER
}
