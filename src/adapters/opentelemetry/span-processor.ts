import type { Judgement, Sentinel } from '../../sentinel.js'
import { EXCEPTION_EVENT } from '../../telemetry/span/conventions.js'
import { type SpanFacts, SpanRecords } from '../../telemetry/span/span-record.js'
import { StatedFacts } from '../../telemetry/span/stated-facts.js'
import { type AdapterCounts, newCounts } from '../counts.js'
import { checkedErrorStatuses } from '../options.js'
import { type EndingSpan, isJudged, type Meter, type OpenSpan, SAMPLED, STATUS_ERROR } from './sdk.js'

export interface SpanProcessorOptions {
  /** It stays yours: close it after the tracer provider. */
  readonly sentinel: Sentinel
  /** Where anomalies are counted, as `sentinel.anomalies` by action: `metrics.getMeter('codeflow-sentinel')`. */
  readonly meter?: Meter
  /** HTTP statuses from 400 to 499 that count as errors. Default: none. */
  readonly errorStatuses?: readonly number[]
}

/**
 * OpenTelemetry span processor that judges server and consumer spans. While a span ends (SDK 2.x) it gets the attributes
 * `sentinel.score` and `sentinel.anomalous`, an anomaly `sentinel.action` and an event `sentinel.anomaly`, too; so they
 * reach every exporter. An SDK that tells only of spans that have ended (1.x) has them judged and counted.
 *
 * Put it before the processors that export: then an anomaly is exported even where it was not sampled. So that such
 * spans are there at all, wrap the sampler: `new SentinelSampler(sampler)`.
 */
export class SentinelSpanProcessor {
  readonly #sentinel: Sentinel
  readonly #records: SpanRecords
  readonly #anomalies: ReturnType<Meter['createCounter']> | undefined
  readonly #counts = newCounts()
  #hearsOfEnding = false

  /** @throws TypeError for statuses that are none */
  constructor({ sentinel, meter, errorStatuses }: SpanProcessorOptions) {
    this.#sentinel = sentinel
    this.#records = new SpanRecords(checkedErrorStatuses(errorStatuses))
    this.#anomalies = meter?.createCounter('sentinel.anomalies', {
      description: 'Spans that are anomalies, by the action that is recommended.',
      unit: '{span}',
    })
  }

  /** What became of the spans since the start. */
  get counts(): Readonly<AdapterCounts> {
    return this.#counts
  }

  onStart(): void {}

  /** Called by SDK 2.x while a span ends: its duration is known, and it is still open. */
  onEnding(span: OpenSpan): void {
    this.#hearsOfEnding = true
    const judgement = this.#judge(span)
    if (judgement === null) return
    try {
      describe(span, judgement)
    } catch {
      this.#counts.callbackErrors++
    }
  }

  onEnd(span: EndingSpan): void {
    if (!this.#hearsOfEnding) this.#judge(span)
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }

  /** Nothing that goes wrong here reaches the service. */
  #judge(span: EndingSpan): Judgement | null {
    if (!isJudged(span)) return null
    try {
      const judgement = this.#sentinel.judge(this.#records.recordOf(factsOf(span)))
      if (judgement === null) {
        this.#counts.unanswered++
        return null
      }
      this.#counts.judged++
      if (judgement.anomaly === null) return judgement
      this.#counts.anomalies++
      // The processors behind this one export by this flag.
      span.spanContext().traceFlags |= SAMPLED
      this.#anomalies?.add(1, { 'sentinel.action': judgement.anomaly.action })
      return judgement
    } catch {
      this.#counts.broken++
      return null
    }
  }
}

function factsOf(span: EndingSpan): SpanFacts {
  const { name, duration, attributes, status, events } = span
  const { traceId, spanId } = span.spanContext()
  return {
    name,
    latencyMs: duration[0] * 1000 + duration[1] / 1e6,
    stated: new StatedFacts().takeAll(attributes),
    erred: status.code === STATUS_ERROR,
    threw: events.some((event) => event.name === EXCEPTION_EVENT),
    traceId,
    spanId,
  }
}

function describe(span: OpenSpan, { verdict, p, anomaly }: Judgement): void {
  span.setAttribute('sentinel.score', verdict.score)
  span.setAttribute('sentinel.anomalous', anomaly !== null)
  if (anomaly === null) return
  const { id, action, reason, confidence, incident } = anomaly
  span.setAttribute('sentinel.action', action)
  span.addEvent('sentinel.anomaly', {
    'sentinel.anomaly.id': id,
    'sentinel.action': action,
    'sentinel.confidence': confidence,
    // Where a language model is waited for, the span is gone before its words come.
    ...(typeof reason === 'string' && { 'sentinel.reason': reason }),
    ...(p !== null && { 'sentinel.p': p }),
    ...(incident !== null && { 'sentinel.incident.id': incident }),
  })
}
