import { FEATURES, type Feature } from '../../telemetry/features.js'
import { plainText } from '../../text/plain-text.js'

/** Said of a verdict that no single feature explains, or of which nothing more is known. */
export const COMBINATION = 'Unusual combination of telemetry metrics detected'

const DECLARED: ReadonlyMap<string, Feature> = new Map(FEATURES.map((feature) => [feature.name, feature]))

/** What a feature is called in a sentence; one that is not declared here goes by its name. */
export function labelOf(name: string): string {
  return DECLARED.get(name)?.label ?? (plainText(name, 40) || 'unnamed feature')
}

/** A unit as one short word or two; units of the user's own come from outside. */
export function unitOf(unit: string): string {
  return plainText(unit, 16)
}

/** The label at the beginning of a sentence. */
export function subjectOf(name: string): string {
  return labelOf(name).replace(/^[a-z]/, (letter) => letter.toUpperCase())
}

/** The opening of a sentence whose cause is one feature that lies far out on one side. */
export function openingOf(name: string, side: 'high' | 'low'): string {
  return (
    DECLARED.get(name)?.phrases?.[side] ??
    `${side === 'high' ? 'Higher' : 'Lower'} ${labelOf(name)} than usual`
  )
}

/** What a value many times the usual one may mean; null where the feature declares nothing. */
export function meaningOf(name: string): string | null {
  return DECLARED.get(name)?.phrases?.conclusion ?? null
}

/** What counts as a large value of a feature whose usual value is 0. */
export function largeValueOf(name: string): number {
  return DECLARED.get(name)?.ruleLimit ?? Number.POSITIVE_INFINITY
}
