import { FEATURES, type Feature } from '../../telemetry/features.js'
import { plainText } from '../../text/plain-text.js'

/** Said of a verdict that no single feature explains, or of which nothing more is known. */
export const COMBINATION = 'Unusual combination of telemetry metrics detected'

/** A unit as one short word or two; units of the user's own come from outside. */
export function unitOf(unit: string): string {
  return plainText(unit, 16)
}

/** How sentences speak of features, as these are declared; one that is not goes by its name. */
export class Wording {
  readonly #declared: ReadonlyMap<string, Feature>

  constructor(features: readonly Feature[]) {
    this.#declared = new Map(features.map((feature) => [feature.name, feature]))
  }

  /** What a feature is called in a sentence. */
  labelOf(name: string): string {
    return this.#declared.get(name)?.label ?? (plainText(name, 40) || 'unnamed feature')
  }

  /** The label at the beginning of a sentence. */
  subjectOf(name: string): string {
    return this.labelOf(name).replace(/^[a-z]/, (letter) => letter.toUpperCase())
  }

  /** The opening of a sentence whose cause is one feature that lies far out on one side. */
  openingOf(name: string, side: 'high' | 'low'): string {
    const opening = `${side === 'high' ? 'Higher' : 'Lower'} ${this.labelOf(name)} than usual`
    return this.#declared.get(name)?.phrases?.[side] ?? opening
  }

  /** What a value many times the usual one may mean; null where the feature declares nothing. */
  meaningOf(name: string): string | null {
    return this.#declared.get(name)?.phrases?.conclusion ?? null
  }

  /** What counts as a large value of a feature whose usual value is 0. */
  largeValueOf(name: string): number {
    return this.#declared.get(name)?.ruleLimit ?? Number.POSITIVE_INFINITY
  }
}

/** How sentences speak of what is watched where nothing is declared. */
export const REQUEST_WORDING = new Wording(FEATURES)
