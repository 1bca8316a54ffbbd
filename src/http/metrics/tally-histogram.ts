import type { Metric, Registry } from 'prom-client'

export interface TallyHistogramOptions {
  readonly name: string
  readonly help: string
  /** Upper bounds, ascending; values above the last count as `+Inf`. */
  readonly bounds: readonly number[]
}

/**
 * A Prometheus histogram without labels for the hot path: observing is one search and three additions, a
 * tenth of what prom-client's own costs, which matters when a verdict takes two microseconds.
 */
export class TallyHistogram {
  readonly name: string
  readonly help: string
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0

  constructor({ name, help, bounds }: TallyHistogramOptions, registry: Registry) {
    this.name = name
    this.help = help
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
    // The registry asks a metric for nothing but its name and `get()`.
    registry.registerMetric(this as unknown as Metric)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    this.#sum += value
  }

  /** What prom-client's metrics give at a scrape. */
  async get() {
    const { name, help } = this
    let count = 0
    const values: { metricName: string; labels: { le?: number | string }; value: number }[] = []
    for (const [bucket, n] of this.#counts.entries()) {
      count += n
      values.push({
        metricName: `${name}_bucket`,
        labels: { le: this.#bounds[bucket] ?? '+Inf' },
        value: count,
      })
    }
    values.push({ metricName: `${name}_sum`, labels: {}, value: this.#sum })
    values.push({ metricName: `${name}_count`, labels: {}, value: count })
    return { name, help, type: 'histogram', aggregator: 'sum' as const, values }
  }
}
