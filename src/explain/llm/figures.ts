import type { FeatureFact } from './facts.js'

const FIGURE = /\d[\d,]*(?:\.\d+)?/g
/** Relative difference up to which a figure counts as rounded. */
const ROUNDING = 0.05

/**
 * Whether every figure in the words is a known one, to within 5%: a value, median, limit or percentile of the
 * facts, a value's multiple of its median or limit, or an amount in thousands (ms as s, bytes as kB). A model
 * that invents a figure is not believed, and words from the cache fit only a record whose figures they name.
 */
export function figuresHold(words: string, facts: readonly FeatureFact[]): boolean {
  const figures = words.match(FIGURE)
  if (figures === null) return true
  const known = facts.flatMap(({ value, median, limit, percentile }) => {
    const references = [median, limit].filter((one) => one !== undefined)
    const multiples = references.filter((one) => one !== 0).map((one) => value / one)
    const amounts = [value, ...references]
    const ranks = percentile === undefined ? [] : [percentile, 100 - percentile]
    return [...amounts, ...amounts.map((one) => one / 1000), ...multiples, ...ranks]
  })
  return figures.every((text) => {
    const figure = Number(text.replaceAll(',', ''))
    return known.some((fact) => Math.abs(Math.abs(fact) - figure) <= ROUNDING * Math.abs(fact))
  })
}
