import type { Forgotten, RecordMatch } from '../../detector/detector.js'
import { plainText } from '../../text/plain-text.js'
import type { Band } from '../judgement.js'
import type { Lead } from '../lead.js'
import { MAX_DAYS, MAX_NOTE_CHARS, MUTE_DAYS } from './feedback-limits.js'
import type { FeedbackAnswer, FeedbackRequest, ForgottenRecords } from './feedback-note.js'
import { falls, limitOf, MUTES_MAX, type Mutes } from './mutes.js'
import { bandOf, NEVER_LEARNT_MAX, type NeverLearntList } from './never-learnt.js'
import { OperatorError } from './operator-error.js'
import type { Reach } from './pattern-schemas.js'
import type { RecentRecords } from './recent-records.js'

const DAY_MS = 86_400_000
/** A word that concerns more than these shares of the latest records has to be confirmed. */
const MOST_OF_ALL = 0.01
const MOST_OF_ROUTE = 0.1
/** Fewer records than this are no share. */
const LEAST_MATCHING = 3
const STAYS_IN_WINDOW =
  'the plain window keeps no routes: what it has learnt of them leaves it as newer records come'

/** What feedback is about: an anomaly or an incident. */
export interface FeedbackSubject {
  readonly id: string
  /** Name of its route; null for any. */
  readonly route: string | null
  /** Null where no feature stands out. */
  readonly lead: Lead | null
}

export interface FeedbackParts {
  readonly mutes: Mutes
  readonly neverLearnt: NeverLearntList
  readonly recent: RecentRecords
  /** Takes out what was learnt, and says nothing of how much where it is learnt elsewhere; null where nothing is. */
  readonly forget: ((matches: RecordMatch) => Forgotten | null) | null
  /** Takes what the alerts learnt of a band of values out, of a route or, for null, of all. */
  readonly forgetAlerts: (route: string | null, band: Band) => void
  /** Whether what was learnt is known by route. */
  readonly keepsRoutes: boolean
}

type Consequences = Omit<FeedbackAnswer, 'feedback'>

/** What an operator says of single findings, and what follows from it. */
export class Feedback {
  readonly #parts: FeedbackParts

  constructor(parts: FeedbackParts) {
    this.#parts = parts
  }

  /**
   * Takes an operator's word. The same word again renews what it did; the other one takes the first back.
   * @throws OperatorError when it has to be confirmed, or there are too many of them; then nothing has changed
   */
  give(subject: FeedbackSubject, request: FeedbackRequest, nowMs: number): FeedbackAnswer {
    const { verdict } = request
    const note = plainText(request.note ?? '', MAX_NOTE_CHARS) || null
    const consequences =
      subject.lead === null
        ? this.#withoutLead(subject)
        : verdict === 'expected'
          ? this.#expect(subject, subject.lead, { ...request, note }, nowMs)
          : this.#refuseToLearn(subject, subject.lead, { ...request, note }, nowMs)
    return { feedback: { verdict, note, at: new Date(nowMs).toISOString() }, ...consequences }
  }

  /** There is no telling what would be like it, so the word is only kept. */
  #withoutLead({ id }: FeedbackSubject): Consequences {
    this.#takeBack(id, 'mutes')
    this.#takeBack(id, 'neverLearnt')
    const warning =
      'no feature stands out in it, so no other record can be told to be like it: the word is kept only'
    return { mute: null, never_learnt: null, forgotten: null, reach: null, warning }
  }

  #expect(subject: FeedbackSubject, lead: Lead, request: Said, nowMs: number): Consequences {
    const { mutes, recent } = this.#parts
    if (!mutes.hasRoomFor(subject.id, nowMs)) throw tooMany('mutes', MUTES_MAX)
    const mute = {
      ...patternOf(subject, lead, request, MUTE_DAYS, nowMs),
      limit: limitOf(lead),
      muted: mutes.of(subject.id)?.muted ?? 0,
    }
    const reach = recent.reachOf(
      subject.route,
      ({ route, lead: led }) => led !== null && falls(mute, route, led),
    )
    const warning = this.#warningOf(reach, 'alerted and would have been muted', request)
    this.#takeBack(subject.id, 'neverLearnt')
    return { mute: { ...mutes.set(mute, nowMs) }, never_learnt: null, forgotten: null, reach, warning }
  }

  #refuseToLearn(subject: FeedbackSubject, lead: Lead, request: Said, nowMs: number): Consequences {
    const { neverLearnt, recent, forget, forgetAlerts, keepsRoutes } = this.#parts
    if (!neverLearnt.hasRoomFor(subject.id, nowMs)) throw tooMany('patterns of threats', NEVER_LEARNT_MAX)
    const kept_out = neverLearnt.of(subject.id)?.kept_out ?? 0
    const pattern = { ...patternOf(subject, lead, request, MAX_DAYS, nowMs), ...bandOf(lead), kept_out }
    const holds: RecordMatch = (route, values) => neverLearnt.holds(pattern, route, values)
    const reach = recent.reachOf(subject.route, ({ route, values }) => holds(route, values))
    const warning = this.#warningOf(reach, 'would not have been learnt', request)
    this.#takeBack(subject.id, 'mutes')
    const never_learnt = { ...neverLearnt.set(pattern, nowMs) }
    const taken = forget?.(holds) ?? null
    const forgotten = taken === null ? null : forgottenRecords(taken)
    forgetAlerts(subject.route, pattern)
    const stays = forget !== null && !keepsRoutes && subject.route !== null ? STAYS_IN_WINDOW : null
    return { mute: null, never_learnt, forgotten, reach, warning: warning ?? stays }
  }

  /** @throws OperatorError when it concerns so much that it has to be confirmed, and was not */
  #warningOf(reach: Reach, what: string, { confirm }: Said): string | null {
    const { recent } = this.#parts
    if (!recent.enough)
      return `how much it concerns cannot be told: only ${recent.size} records have come since the start`
    const { of_all, of_route, matching, records } = reach
    const much = matching >= LEAST_MATCHING && (of_all > MOST_OF_ALL || (of_route ?? 0) > MOST_OF_ROUTE)
    if (!much) return null
    const ofRoute = of_route === null ? '' : `, ${percent(of_route)} of those on its route,`
    const share = `${percent(of_all)} of the last ${records} records${ofRoute} ${what}`
    if (confirm !== true)
      throw new OperatorError('confirm', `${share}; send "confirm": true with it if that is meant`)
    return share
  }

  #takeBack(source: string, from: 'mutes' | 'neverLearnt'): void {
    if (from === 'mutes') this.#parts.mutes.remove((mute) => mute.source === source)
    else this.#parts.neverLearnt.remove((pattern) => pattern.source === source)
  }
}

/** A request whose note is one visible line. */
type Said = Omit<FeedbackRequest, 'note'> & { readonly note: string | null }

function patternOf(
  { id, route }: FeedbackSubject,
  { feature, direction }: Lead,
  said: Said,
  days: number,
  nowMs: number,
) {
  const until = new Date(nowMs + (said.days ?? days) * DAY_MS).toISOString()
  return { route, feature, direction, until, note: said.note, source: id }
}

export function forgottenRecords({ baseline, profiles, setAside }: Forgotten): ForgottenRecords {
  return { baseline, profiles, set_aside: setAside }
}

function tooMany(what: string, max: number): OperatorError {
  return new OperatorError(
    'conflict',
    `there are ${max} ${what}, as many as may be; delete one that GET /mutes lists`,
  )
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))}%`
}
