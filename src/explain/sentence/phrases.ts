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

/** The opening of a sentence whose cause is one feature that lies far out on one side. */
export function openingOf(name: string, side: 'high' | 'low'): string {
  return DECLARED.get(name)?.phrases?.[side] ?? `Unusually ${side} ${labelOf(name)} detected`
}
