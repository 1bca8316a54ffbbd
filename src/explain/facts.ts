import { labelOf } from './phrases.js'
import { plainText } from './plain-text.js'
import type { Situation } from './situation.js'

/** What the language model is told of one feature; plain data, no more than the sentence says. */
export interface FeatureFact {
  readonly feature: string
  readonly unit: string
  readonly value: number
  readonly side?: string
  readonly median?: number
  readonly percentile?: number
  readonly limit?: number
}

/** The features of a situation, most blamed first, as the prompt carries them. */
export function factsOf(situation: Situation): FeatureFact[] {
  switch (situation.kind) {
    case 'limit':
      return situation.exceeded.slice(0, 4).map(({ feature, unit, value, limit }) => ({
        ...naming(feature, unit),
        value,
        side: 'above its limit',
        limit,
      }))
    case 'feature':
      return [situation.leading, ...situation.others].slice(0, 4).map(factOf)
    case 'combination':
      return situation.findings.slice(0, 4).map(factOf)
    case 'unknown':
      return []
  }
}

function factOf(finding: {
  readonly feature: string
  readonly unit: string
  readonly value: number
  readonly side: string
  readonly median: number
  readonly percentile: number
}): FeatureFact {
  const { feature, unit, value, side, median, percentile } = finding
  return { ...naming(feature, unit), value, side, median, percentile }
}

function naming(feature: string, unit: string): { feature: string; unit: string } {
  return { feature: labelOf(feature), unit: plainText(unit, 16) }
}
