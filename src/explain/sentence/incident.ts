import { plainText } from '../../text/plain-text.js'
import { FAR_TIMES, isFarAbove } from './conclusion.js'
import { REQUEST_WORDING, unitOf, type Wording } from './phrases.js'
import { comparedTexts, numberText, quantityText, timesText } from './quantity.js'

/** What the sentence on an incident is made from. An incident is one; whoever keeps incidents may use this room. */
export interface IncidentFacts {
  readonly kind: 'spike' | 'shift' | 'silence' | 'surge' | 'newcomers'
  /** The name of the route; null for all traffic. */
  readonly route: string | null
  /** The feature that stands out, its unit and the side on which its values lie; null where none does. */
  readonly feature: string | null
  readonly unit: string | null
  readonly direction: 'high' | 'low' | null
  /** Usual and furthest value in that unit; of `silence` and `surge` records a minute. */
  readonly usual: number | null
  readonly seen: number | null
  /** Records that belong to it. */
  readonly records: number
  readonly action: 'observe' | 'throttle' | 'freeze'
  /** Of a silence: seconds since the last record. */
  readonly silentForS?: number
}

const MAX_ROUTE_CHARS = 120

/**
 * What happened, in one sentence: `Latency of /checkout went up: usually 120 ms, 480 ms seen (4x), 214 records`.
 * Figures that are missing or not finite are left out; what it may mean is said from ten times the usual value on.
 */
export function incidentSentence(facts: IncidentFacts, words: Wording = REQUEST_WORDING): string {
  const { kind, records, action } = facts
  if (kind === 'newcomers')
    return `Many new routes, possible scan: ${numberText(records)} that nobody had asked for before`
  const rates = kind === 'silence' || kind === 'surge'
  const figures = rates ? rateFigures(facts) : valueFigures(facts)
  if (kind !== 'silence' && records > 0) figures.push(quantityText(records, 'records'))
  const told = figures.length === 0 ? '' : `: ${figures.join(', ')}`
  const advice = action === 'observe' ? '' : `; ${action} advised`
  return `${rates ? rateHeadline(facts) : valueHeadline(facts, words)}${told}${advice}`
}

function valueHeadline(facts: IncidentFacts, words: Wording): string {
  const { kind, feature, direction } = facts
  const where = routeOf(facts) ?? 'all traffic'
  if (feature === null) return `Unusual records of ${where}`
  if (direction === null) return `Unusual ${words.labelOf(feature)} of ${where}`
  const moved = `${kind === 'shift' ? 'shifted' : 'went'} ${direction === 'high' ? 'up' : 'down'}`
  const usual = finite(facts.usual)
  const seen = finite(facts.seen)
  const far =
    direction === 'high' && usual !== null && seen !== null && isFarAbove(words, feature, seen, usual)
  const meaning = far ? words.meaningOf(feature) : null
  return `${words.subjectOf(feature)} of ${where} ${moved}${meaning === null ? '' : `, ${meaning}`}`
}

/** `usually 120 ms`, `1,480 ms seen (12x)` */
function valueFigures({ feature, unit, direction, ...facts }: IncidentFacts): string[] {
  const usual = finite(facts.usual)
  const seen = finite(facts.seen)
  const unitText = unitOf(unit ?? '')
  if (feature === null) return []
  if (usual === null) return seen === null ? [] : [`${quantityText(seen, unitText)} seen`]
  // Of a shift the rarest record may lie on the other side, and says nothing of it.
  if (seen === null || (direction === 'high' ? seen < usual : direction === 'low' && seen > usual))
    return [`usually ${quantityText(usual, unitText)}`]
  const [seenText, usualText] = comparedTexts(seen, usual, unitText)
  return [`usually ${usualText}`, `${seenText} seen${direction === 'high' ? timesMore(seen, usual) : ''}`]
}

function rateHeadline(facts: IncidentFacts): string {
  const who = routeOf(facts) ?? 'All traffic'
  const usual = finite(facts.usual)
  const seen = finite(facts.seen)
  if (facts.kind === 'silence') return `${who} went ${seen === null || seen === 0 ? 'silent' : 'quiet'}`
  const far = usual !== null && seen !== null && usual > 0 && seen >= FAR_TIMES * usual
  return `${who} surged${far ? ', possible DoS attempt or retry storm' : ''}`
}

/** `usually 50 records a minute`, `none for 40 s` */
function rateFigures(facts: IncidentFacts): string[] {
  const usual = finite(facts.usual)
  const seen = finite(facts.seen)
  const figures = usual === null ? [] : [`usually ${quantityText(usual, 'records')} a minute`]
  if (seen === null) return figures
  if (seen > 0) figures.push(`${numberText(seen)} a minute now${timesMore(seen, usual ?? 0)}`)
  else figures.push(`none ${forText(finite(facts.silentForS ?? null))}`)
  return figures
}

function forText(seconds: number | null): string {
  return seconds === null ? 'now' : `for ${numberText(Math.round(seconds))} s`
}

function timesMore(seen: number, usual: number): string {
  const times = usual > 0 ? timesText(seen, usual) : null
  return times === null ? '' : ` (${times})`
}

function routeOf({ route }: IncidentFacts): string | null {
  return route === null ? null : plainText(route, MAX_ROUTE_CHARS) || null
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}
