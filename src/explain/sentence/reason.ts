import type { Contribution, ExceededRule, Scope, Verdict } from '../../detector/verdict.js'
import { COMBINATION, labelOf, openingOf, unitOf } from './phrases.js'
import { comparedTexts, numberText, percentText, quantityText, shareText, timesText } from './quantity.js'
import { type Side, type Situation, situationOf } from './situation.js'

const MAX_NAMED = 3

/**
 * Why a record was flagged, as one sentence from the verdict's own facts: what is odd, by how much,
 * compared with what, and what else took part. Every figure in it is one of the verdict's or computed from them.
 */
export function reasonFor(verdict: Verdict, situation = situationOf(verdict)): string {
  return verdict.anomalous ? sentenceOf(situation) : 'No anomaly detected'
}

function sentenceOf(situation: Situation): string {
  switch (situation.kind) {
    case 'limit':
      return limitSentence(situation.exceeded)
    case 'feature': {
      const { leading, side, others } = situation
      const rest = others.map((one) => `${labelOf(one.feature)} (${quantityOf(one)})`)
      return `${openingOf(leading.feature, side)}: ${standingText(leading, side, recordsText(situation))}${tookPart(rest)}`
    }
    case 'combination': {
      const { findings } = situation
      const parts = findings.slice(0, MAX_NAMED).map((one, index) => {
        const rank = rankText(one, index === 0 ? recordsText(situation) : 'them')
        return `${labelOf(one.feature)} ${quantityOf(one)} (${rank})`
      })
      return `${COMBINATION}: ${listOf(parts)}${unnamed(findings.length)}`
    }
    case 'unknown':
      return COMBINATION
  }
}

function limitSentence(exceeded: readonly ExceededRule[]): string {
  const parts = exceeded.map((rule) => {
    const [value, limit] = comparedTexts(rule.value, rule.limit, unitOf(rule.unit))
    return { label: labelOf(rule.feature), value, limit: `above the limit of ${limit}` }
  })
  const [worst, ...others] = parts
  const feature = exceeded[0]?.feature
  if (worst === undefined || feature === undefined) return COMBINATION
  const rest = others.map((one) => `${one.label} (${one.value}, ${one.limit})`)
  return `${openingOf(feature, 'high')}: ${worst.value}, ${worst.limit}${tookPart(rest)}`
}

/** `5,230 ms, 41x the median of the last 1,000 records and above all of them` */
function standingText(finding: Contribution, side: Side, records: string): string {
  const { value, median } = finding
  const ratio = median > 0 && value >= 0 ? ratioText(finding, side) : null
  const rank = rankText(finding, 'them')
  if (ratio !== null) return `${quantityOf(finding)}, ${ratio} the median of ${records} and ${rank}`
  const [valueText, medianText] = comparedTexts(value, median, unitOf(finding.unit))
  return `${valueText}, against a median of ${medianText} in ${records}, and ${rank}`
}

function ratioText({ value, median }: Contribution, side: Side): string | null {
  if (side === 'high') return timesText(value, median)
  const share = shareText(value, median)
  return share === null ? null : `${share} of`
}

/**
 * Where the value ranks among the records it is compared with. A percentile is a mid-rank: it counts half of
 * the rows that tie with the value. So at least that share of the rows is at or below the value, and at least
 * the rest at or above it: "at or above 99.5%" holds with any number of ties. At 0 and 100 no row ties.
 */
function rankText({ percentile }: Contribution, whole: string): string {
  if (percentile >= 100) return `above all of ${whole}`
  if (percentile <= 0) return `below all of ${whole}`
  return percentile >= 50
    ? `at or above ${percentText(percentile)} of ${whole}`
    : `at or below ${percentText(100 - percentile)} of ${whole}`
}

/** Which records the median and the percentiles are of. */
function recordsText({ rows, scope }: { readonly rows: number; readonly scope: Scope }): string {
  if (!(rows > 1 && Number.isFinite(rows))) return 'the window'
  const count = numberText(Math.floor(rows))
  switch (scope) {
    case 'window':
      return `the last ${count} records`
    case 'baseline':
      return `the ${count} records learnt from`
    case 'route':
      return `the ${count} records learnt from its route`
  }
}

function quantityOf({ value, unit }: Contribution): string {
  return quantityText(value, unitOf(unit))
}

function tookPart(parts: readonly string[]): string {
  if (parts.length === 0) return ''
  return `; ${listOf(parts.slice(0, MAX_NAMED))}${unnamed(parts.length)} contributed too`
}

function unnamed(count: number): string {
  return count > MAX_NAMED ? `, with ${count - MAX_NAMED} more` : ''
}

function listOf(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('')
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
