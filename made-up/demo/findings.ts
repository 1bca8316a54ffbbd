import type { Incident } from '#sentinel/alerts/incidents/incident.js'
import type { Contribution } from '#sentinel/detector/verdict.js'
import type { Judged } from './service-client.js'

const ACTIONS = ['observe', 'throttle', 'freeze']

/** `12 of 300` */
export function shareAlerted(judged: readonly Judged[]): string {
  return `${judged.filter(isAlert).length} of ${judged.length}`
}

/** Of the alerts with the gravest advice the one with the highest score; undefined when there is none. */
export function oddest(judged: readonly Judged[]): Judged | undefined {
  const gravity = ({ answer }: Judged): number => ACTIONS.indexOf(answer.action ?? '')
  return judged
    .filter(isAlert)
    .sort((a, b) => gravity(b) - gravity(a) || b.answer.detail.score - a.answer.detail.score)[0]
}

/** A line for each kind of attack: how many were alerts, and how often what is recommended. */
export function showKinds(kinds: readonly (readonly [name: string, judged: readonly Judged[]])[]): string {
  const width = Math.max(...kinds.map(([name]) => name.length))
  return kinds
    .map(([name, judged]) => {
      const advice = ACTIONS.map(
        (action) => [action, judged.filter(({ answer }) => answer.action === action)] as const,
      )
        .filter(([, advised]) => advised.length > 0)
        .map(([action, advised]) => `${action} ${advised.length}`)
      return `   ${name.padEnd(width)}  ${shareAlerted(judged)} alerted${advice.length > 0 ? `: ${advice.join(', ')}` : ''}`
    })
    .join('\n')
}

/** A line for each incident. */
export function showIncidents(incidents: readonly Incident[]): string {
  if (incidents.length === 0) return '   None yet: too little is known to tell one, or too few records came.'
  return incidents.map(({ summary }) => `   ${summary}`).join('\n')
}

/** One verdict in full: the record, the sentence, and what each feature did to the score. */
export function showOddest({ record, answer }: Judged): string {
  const { action, reason, detail } = answer
  const bits = detail.contributions.reduce((sum, each) => sum + each.bits, 0)
  const facts = [
    ['record', JSON.stringify(record)],
    ['action', action],
    ['reason', reason],
    [
      'p',
      detail.p === null
        ? 'not known'
        : `${detail.p.toPrecision(2)}: the chance that an ordinary record is as rare`,
    ],
    ['score', `${detail.score.toFixed(3)}, where more than ${detail.threshold?.toFixed(3)} is odd`],
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

function isAlert({ answer }: Judged): boolean {
  return answer.status === 'THREAT_DETECTED'
}
