import type { Feature } from '../telemetry/features.js'
import type { ExceededRule, Verdict } from './verdict.js'

/** Static limits by feature name: a value strictly above one is a threat. Features without one never are. */
export type RuleLimits = Readonly<Record<string, number>>

/**
 * The verdict of the static rules, which decide while there is no forest. Its score is v/(v+limit) of the worst
 * ratio, so 0.5 is the limit itself, and its confidence is the same number: a rule knows no more than how far a
 * value is from its limit. A record within all limits has the score of its worst ratio and, as its confidence,
 * what is left to 1.
 * @internal
 */
export function judgeByRules(
  features: readonly Feature[],
  limits: RuleLimits,
  row: ArrayLike<number>,
): Verdict {
  const measured: ExceededRule[] = []
  for (const [index, { name, unit }] of features.entries()) {
    const limit = limits[name]
    if (limit !== undefined) measured.push({ feature: name, unit, value: row[index] as number, limit })
  }
  measured.sort((a, b) => ratio(b) - ratio(a))
  const worst = measured[0]
  const score = worst ? ratio(worst) : 0
  const exceeded = measured.filter((rule) => rule.value > rule.limit)
  const anomalous = exceeded.length > 0
  return {
    anomalous,
    score,
    confidence: anomalous ? score : 1 - score,
    threshold: null,
    generation: 0,
    detector: anomalous ? 'heuristic' : 'learning',
    contributions: [],
    exceeded,
    fittedRows: 0,
  }
}

function ratio({ value, limit }: ExceededRule): number {
  return value === 0 ? 0 : value / (value + limit)
}

/**
 * What is said of a record that is not judged, as it lacks what it would be judged by.
 * @param generation of the forest in use
 */
export function unjudged(generation: number): Verdict {
  return {
    anomalous: false,
    score: 0.5,
    confidence: 0,
    threshold: null,
    generation,
    detector: 'skipped',
    contributions: [],
    exceeded: [],
    fittedRows: 0,
  }
}
