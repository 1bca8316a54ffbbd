import type { Contribution } from '../../detector/verdict.js'
import { type Side, type Situation, sideOf } from '../sentence/situation.js'

/**
 * What makes two anomalies the same situation: how the verdict came about, the features that took part and
 * on which side, the leading one's order of magnitude, and the kind of route.
 */
export function fingerprintOf(situation: Situation, route: string | null): string {
  return JSON.stringify([situation.kind, ...traitsOf(situation), route])
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
