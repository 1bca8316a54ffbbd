import type { Contribution } from '../../detector/verdict.js'
import { type Circumstances, conclusionOf } from '../sentence/conclusion.js'
import { type Side, type Situation, sideOf } from '../sentence/situation.js'

/**
 * What makes two anomalies the same situation: how the verdict came about, the features that took part and
 * on which side, the leading one's order of magnitude, what it was compared with, the kind of route, whether there
 * is an incident, and whether the sentence draws a conclusion.
 */
export function fingerprintOf(situation: Situation, circumstances: Circumstances): string {
  const { route = null, evidence } = circumstances
  const concludes = conclusionOf(situation, circumstances) !== null
  const scope = 'scope' in situation ? situation.scope : null
  const known = [scope, route, evidence?.inIncident === true, concludes]
  return JSON.stringify([situation.kind, ...traitsOf(situation), ...known])
}

function traitsOf(situation: Situation): (string | number)[] {
  switch (situation.kind) {
    case 'limit': {
      const [worst] = situation.exceeded
      return [
        ...situation.exceeded.map((one) => one.feature),
        magnitude(worst?.value ?? 0, worst?.limit ?? 0),
      ]
    }
    case 'feature': {
      const { leading, side, others } = situation
      const traits = [traitOf(leading, side), ...others.map((one) => traitOf(one))]
      return [...traits, magnitude(leading.value, leading.median)]
    }
    case 'combination':
      return situation.findings.map((one) => traitOf(one))
    case 'unknown':
      return []
  }
}

function traitOf(one: Contribution, side: Side = sideOf(one)): string {
  return `${one.feature} ${side}`
}

/** The value's ratio to the reference (the value itself where that is 0), in steps of a quarter of a power of ten. */
function magnitude(value: number, reference: number): number {
  const ratio = Math.abs(reference === 0 ? value : value / reference)
  return ratio === 0 ? -Infinity : Math.round(Math.log10(ratio) * 4)
}
