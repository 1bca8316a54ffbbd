import type { Feature } from '../../../telemetry/features.js'
import type { RecordStore } from '../record-store.js'

/** Of values on both sides of 0, the share on the lesser side from which on differences count; and below which ratios do again. */
const MIXED_SHARE = 0.05
const ONE_SIDED_SHARE = 0.01

/**
 * Which features have differences that count, and no ratios: those that are declared so; and where nothing is declared,
 * those whose usual values lie on both sides of 0, of which ratios say nothing.
 */
export class LinearFeatures {
  readonly #declared: readonly (boolean | undefined)[]
  readonly #flags: boolean[]

  constructor(features: readonly Pick<Feature, 'linear'>[]) {
    this.#declared = features.map(({ linear }) => linear)
    this.#flags = this.#declared.map((linear) => linear === true)
  }

  /** By feature; the same list always. */
  get flags(): readonly boolean[] {
    return this.#flags
  }

  /** Looks at the records that are learnt from. @returns whether any feature has changed sides */
  look({ size, nFeatures, values }: RecordStore): boolean {
    let changed = false
    for (const [f, declared] of this.#declared.entries()) {
      if (declared !== undefined || size === 0) continue
      let [below, above] = [0, 0]
      for (let i = 0; i < size; i++) {
        const value = values[i * nFeatures + f] as number
        if (value < 0) below += 1
        else if (value > 0) above += 1
      }
      const linear =
        Math.min(below, above) / size >= (this.#flags[f] === true ? ONE_SIDED_SHARE : MIXED_SHARE)
      changed ||= linear !== this.#flags[f]
      this.#flags[f] = linear
    }
    return changed
  }

  /** Takes over what a frame was measured by. @param perUnit by feature, as `Frame.perUnit` has it */
  restore(perUnit: ArrayLike<number>): void {
    for (const [f, declared] of this.#declared.entries())
      if (declared === undefined) this.#flags[f] = (perUnit[f] as number) < 0
  }
}
