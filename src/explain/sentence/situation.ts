import type { Contribution, ExceededRule, Scope, Verdict } from '../../detector/verdict.js'

/**
 * A value is called high or low only when it lies outside the central 90% of the window, however much the
 * forest blames it; or outside the central 80% when it is enough for the verdict by itself. The second margin
 * is for windows with many odd rows: during a burst of uploads a huge one may be at the 93rd percentile only.
 */
const FAR_OUT_PERCENT = 5
const OUT_PERCENT = 10

/** A feature took part when it carries at least this share of the leading feature's bits. */
const SHARE_OF_BITS_TO_NAME = 0.1

/** @internal */
export type Side = 'high' | 'low' | 'ordinary'

/**
 * What a verdict says, sorted out once for the sentence, the prompt and the cache:
 * - `limit`: static rules were exceeded, worst ratio first;
 * - `feature`: the most blamed feature stands out by itself, `others` took part;
 * - `combination`: the most blamed feature does not, so the record is odd as a whole;
 * - `unknown`: the verdict carries no facts, or none to compare them with.
 * @internal
 */
export type Situation =
  | { readonly kind: 'limit'; readonly exceeded: readonly ExceededRule[] }
  | {
      readonly kind: 'feature'
      readonly leading: Contribution
      /** On which side the leading one lies. */
      readonly side: Exclude<Side, 'ordinary'>
      readonly others: readonly Contribution[]
      readonly rows: number
      readonly scope: Scope
    }
  | {
      readonly kind: 'combination'
      readonly findings: readonly Contribution[]
      readonly rows: number
      readonly scope: Scope
    }
  | { readonly kind: 'unknown' }

/** Which side of the window a value lies on: `high` or `low` when it is out by rank and off the median. @internal */
export function sideOf(
  { value, median, percentile }: Contribution,
  outPercent: number = FAR_OUT_PERCENT,
): Side {
  if (percentile >= 100 - outPercent && value > median) return 'high'
  if (percentile <= outPercent && value < median) return 'low'
  return 'ordinary'
}

/**
 * Whether the record would be flagged even if no other feature pushed towards anomaly: with their positive
 * bits taken out, score = 2^(-1 + sum of bits) still exceeds the threshold.
 */
function sufficesAlone(
  leading: Contribution,
  findings: readonly Contribution[],
  threshold: number | null,
): boolean {
  if (threshold === null) return false
  const others = findings.filter((one) => one !== leading)
  const bits = others.reduce((sum, one) => sum + Math.min(one.bits, 0), leading.bits)
  return 2 ** (bits - 1) > threshold
}

/** Sorts out what a verdict says; facts that are not finite numbers are left out. @internal */
export function situationOf(verdict: Verdict): Situation {
  if (verdict.detector !== 'forest') {
    const exceeded = verdict.exceeded.filter(
      ({ value, limit }) => Number.isFinite(value) && Number.isFinite(limit) && value > limit,
    )
    return exceeded.length > 0 ? { kind: 'limit', exceeded } : { kind: 'unknown' }
  }
  const findings = verdict.contributions.filter(hasFiniteFacts).sort((a, b) => b.bits - a.bits)
  const { fittedRows: rows, scope = 'window' } = verdict
  const leading = findings[0]
  if (leading === undefined || rows === 0) return { kind: 'unknown' }
  const named = findings.filter((one) => one.bits > 0 && one.bits >= SHARE_OF_BITS_TO_NAME * leading.bits)
  const outPercent = sufficesAlone(leading, findings, verdict.threshold) ? OUT_PERCENT : FAR_OUT_PERCENT
  const side = sideOf(leading, outPercent)
  if (leading.bits > 0 && side !== 'ordinary') {
    return { kind: 'feature', leading, side, others: named.slice(1), rows, scope }
  }
  // A combination has at least two members, where the model has two features.
  return { kind: 'combination', findings: named.length > 1 ? named : findings.slice(0, 2), rows, scope }
}

function hasFiniteFacts({ value, bits, median, percentile }: Contribution): boolean {
  return [value, bits, median, percentile].every(Number.isFinite)
}
