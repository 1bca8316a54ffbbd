import type { Contribution, Scope, Verdict } from '../../detector/verdict.js'
import { type Circumstances, conclusionOf, isRouteUnknown } from './conclusion.js'
import { COMBINATION, REQUEST_WORDING, unitOf, type Wording } from './phrases.js'
import { comparedTexts, numberText, percentText, quantityText, shareText, timesText } from './quantity.js'
import { type Side, type Situation, situationOf } from './situation.js'

const MAX_NAMED = 3

/**
 * Why a record was flagged, as one sentence from the verdict's own facts: what is odd, by how much, compared with
 * what, and what else took part. Every figure in it is one of the verdict's or computed from them. What it may mean
 * is said only where the circumstances warrant it.
 */
export function reasonFor(
  verdict: Verdict,
  situation = situationOf(verdict),
  circumstances: Circumstances = {},
): string {
  if (!verdict.anomalous) return 'No anomaly detected'
  const { words = REQUEST_WORDING } = circumstances
  const conclusion = conclusionOf(situation, circumstances)
  const sentence = sentenceOf(situation, conclusion === null ? '' : `, ${conclusion}`, words)
  if (!isRouteUnknown(situation, circumstances)) return sentence
  return `${sentence}; not enough known of this route yet: compared with all traffic`
}

function sentenceOf(situation: Situation, conclusion: string, words: Wording): string {
  switch (situation.kind) {
    case 'limit':
      return `${limitText(situation, words)}${conclusion}${alsoExceeded(situation, words)}`
    case 'feature': {
      const { leading, side, others } = situation
      const opening = `${words.openingOf(leading.feature, side)}${conclusion}`
      return `${opening}: ${standingText(leading, side, recordsText(situation))}${tookPart(others, words)}`
    }
    case 'combination':
      return `${COMBINATION}${membersText(situation, words)}`
    case 'unknown':
      return COMBINATION
  }
}

type Of<Kind extends Situation['kind']> = Extract<Situation, { kind: Kind }>

function limitText({ exceeded: [worst] }: Of<'limit'>, words: Wording): string {
  if (worst === undefined) return COMBINATION
  const [value, limit] = comparedTexts(worst.value, worst.limit, unitOf(worst.unit))
  return `${words.subjectOf(worst.feature)} ${value}, above the limit of ${limit}`
}

function alsoExceeded({ exceeded: [, ...others] }: Of<'limit'>, words: Wording): string {
  if (others.length === 0) return ''
  const parts = others.slice(0, MAX_NAMED).map((rule) => {
    const [value, limit] = comparedTexts(rule.value, rule.limit, unitOf(rule.unit))
    return `${words.labelOf(rule.feature)} (${value}, limit ${limit})`
  })
  return `; also ${listOf(parts)}${unnamed(others.length)}`
}

function membersText(situation: Of<'combination'>, words: Wording): string {
  const { findings, tookPart } = situation
  const records = recordsText(situation)
  if (findings.length === 0) return `, though each value by itself is ordinary among ${records}`
  const parts = findings.slice(0, MAX_NAMED).map((one, index) => {
    const [value, median] = againstMedian(one)
    return `${words.labelOf(one.feature)} ${value} (median ${median}, ${rankText(one, index === 0 ? records : 'them')})`
  })
  return `${tookPart ? ':' : ', furthest out:'} ${listOf(parts)}${unnamed(findings.length)}`
}

/** `5,230 ms, 41x the median of the last 1,000 records and above all of them` */
function standingText(finding: Contribution, side: Side, records: string): string {
  const { value, median } = finding
  const ratio = median > 0 && value > 0 ? ratioText(finding, side) : null
  const rank = rankText(finding, 'them')
  if (ratio !== null) return `${quantityOf(finding)}, ${ratio} the median of ${records} and ${rank}`
  const [valueText, medianText] = againstMedian(finding)
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
  if (!(rows > 1 && Number.isFinite(rows))) return 'the records before it'
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

function againstMedian({ value, median, unit }: Contribution): [string, string] {
  return comparedTexts(value, median, unitOf(unit))
}

function tookPart(others: readonly Contribution[], words: Wording): string {
  if (others.length === 0) return ''
  const parts = others.slice(0, MAX_NAMED).map((one) => {
    const [value, median] = againstMedian(one)
    return `${words.labelOf(one.feature)} (${value}, median ${median})`
  })
  return `; ${listOf(parts)}${unnamed(others.length)} contributed too`
}

function unnamed(count: number): string {
  return count > MAX_NAMED ? `, with ${count - MAX_NAMED} more` : ''
}

function listOf(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('')
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
