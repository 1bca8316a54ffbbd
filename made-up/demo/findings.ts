import type { Contribution } from '#sentinel/detector/verdict.js'
import type { Judged } from './service-client.js'

/** `12 of 300` */
export function shareFlagged(judged: readonly Judged[]): string {
  return `${judged.filter(isFlagged).length} of ${judged.length}`
}

/** The flagged record with the highest score; undefined when none is flagged. */
export function oddest(judged: readonly Judged[]): Judged | undefined {
  return judged.filter(isFlagged).sort((a, b) => b.answer.detail.score - a.answer.detail.score)[0]
}

/** A line for each kind of attack: how many were flagged, and what is recommended. */
export function showKinds(kinds: readonly (readonly [name: string, judged: readonly Judged[]])[]): string {
  const width = Math.max(...kinds.map(([name]) => name.length))
  return kinds
    .map(([name, judged]) => {
      const actions = new Set(judged.filter(isFlagged).map(({ answer }) => answer.action))
      const advice = actions.size > 0 ? `, action: ${[...actions].join(', ')}` : ''
      return `   ${name.padEnd(width)}  ${shareFlagged(judged)} flagged${advice}`
    })
    .join('\n')
}

/** One verdict in full: the record, the sentence, and what each feature did to the score. */
export function showOddest({ record, answer }: Judged): string {
  const { action, reason, detail } = answer
  const bits = detail.contributions.reduce((sum, each) => sum + each.bits, 0)
  const facts = [
    ['record', JSON.stringify(record)],
    ['action', action],
    ['reason', reason],
    ['score', `${detail.score.toFixed(3)}, where ${detail.threshold?.toFixed(3)} is the most that is usual`],
    ['confidence', detail.confidence.toFixed(3)],
    ...detail.contributions.map((each) => [each.feature, described(each)]),
    ['together', `${signed(bits)} bits: the score is 2 to the power of (-1 ${signed(bits)})`],
  ]
  return facts.map(([name, fact]) => `   ${name?.padEnd(13)} ${fact}`).join('\n')
}

function described({ unit, value, bits, median }: Contribution): string {
  return `${signed(bits)} bits: ${`${amount(value)} ${unit}`.trimEnd()}, where ${amount(median)} is the median`
}

function signed(bits: number): string {
  return `${bits < 0 ? '-' : '+'}${Math.abs(bits).toFixed(2)}`
}

function amount(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 })
}

function isFlagged({ answer }: Judged): boolean {
  return answer.status === 'THREAT_DETECTED'
}
