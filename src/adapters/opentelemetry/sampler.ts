import { isJudged, NOT_RECORD, RECORD } from './sdk.js'

/** What is used of OpenTelemetry's samplers: the kind of the span is the fourth thing they are told. */
interface Sampler<Told extends readonly unknown[], Result extends { readonly decision: number }> {
  shouldSample(...told: Told): Result
  toString(): string
}

/**
 * Has every server and consumer span recorded, so that `SentinelSpanProcessor` can judge it, and exported only where the
 * sampler says so, or it is an anomaly: `sampler: new SentinelSampler(new TraceIdRatioBasedSampler(0.01))`. Children of
 * a span that is not sampled are none of its business, and stay unrecorded.
 */
export class SentinelSampler<Told extends readonly unknown[], Result extends { readonly decision: number }> {
  readonly #sampler: Sampler<Told, Result>

  constructor(sampler: Sampler<Told, Result>) {
    this.#sampler = sampler
  }

  shouldSample(...told: Told): Result {
    const result = this.#sampler.shouldSample(...told)
    const kind = told[3]
    const raised = result.decision === NOT_RECORD && typeof kind === 'number' && isJudged({ kind })
    return raised ? { ...result, decision: RECORD } : result
  }

  toString(): string {
    return `SentinelSampler{${this.#sampler.toString()}}`
  }
}
