import type { Contribution } from '../../detector/verdict.js'
import { REQUEST_WORDING, unitOf, type Wording } from '../sentence/phrases.js'
import { type Side, type Situation, sideOf } from '../sentence/situation.js'

const MAX_FACTS = 4

/** What the language model is told of one feature: no more than the sentence says. */
export interface FeatureFact {
  readonly feature: string
  readonly unit: string
  readonly value: number
  readonly side?: string
  readonly median?: number
  readonly percentile?: number
  readonly limit?: number
}

/** The features of a situation, most blamed first, as the prompt carries them. @internal */
export function factsOf(situation: Situation, words: Wording = REQUEST_WORDING): FeatureFact[] {
  const factOf = (one: Contribution, side?: Side) => factWith(words, one, side)
  switch (situation.kind) {
    case 'limit':
      return situation.exceeded.slice(0, MAX_FACTS).map(({ feature, unit, value, limit }) => ({
        feature: words.labelOf(feature),
        unit: unitOf(unit),
        value,
        side: 'above its limit',
        limit,
      }))
    case 'feature':
      return [
        factOf(situation.leading, situation.side),
        ...situation.others.slice(0, MAX_FACTS - 1).map((one) => factOf(one)),
      ]
    case 'combination':
      return situation.findings.slice(0, MAX_FACTS).map((one) => factOf(one))
    case 'unknown':
      return []
  }
}

function factWith(words: Wording, one: Contribution, side: Side = sideOf(one)): FeatureFact {
  const { value, median, percentile } = one
  return { feature: words.labelOf(one.feature), unit: unitOf(one.unit), value, side, median, percentile }
}
