import type { FeaturePolicies } from '../../telemetry/feature-policy.js'
import type { Feature } from '../../telemetry/features.js'

/** Which values count as their median, by feature index. @internal */
export class DifferencePolicy {
  readonly #low: Uint8Array
  readonly #high: Uint8Array
  readonly #absolute: Float64Array
  readonly #relative: Float64Array

  constructor(features: readonly Feature[], policies: FeaturePolicies = {}) {
    const of = features.map(({ name }) => policies[name] ?? {})
    this.#low = Uint8Array.from(of, ({ direction }) => (direction === 'high' ? 0 : 1))
    this.#high = Uint8Array.from(of, ({ direction }) => (direction === 'low' ? 0 : 1))
    this.#absolute = Float64Array.from(of, ({ ignore }) => ignore ?? 0)
    this.#relative = Float64Array.from(of, ({ ignoreRelative }) => ignoreRelative ?? 0)
  }

  /** Whether it excuses nothing at all. */
  get strict(): boolean {
    const every = [...this.#low, ...this.#high]
    return !every.includes(0) && ![...this.#absolute, ...this.#relative].some((ignored) => ignored > 0)
  }

  /** Whether the difference of a value from its median is none of the operator's concern. */
  excuses(feature: number, value: number, median: number): boolean {
    const difference = value - median
    if (difference === 0) return false
    if ((difference < 0 ? this.#low : this.#high)[feature] === 0) return true
    const size = Math.abs(difference)
    return (
      size <= (this.#absolute[feature] as number) ||
      size <= (this.#relative[feature] as number) * Math.abs(median)
    )
  }
}
