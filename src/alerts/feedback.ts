import { type Static, Type } from '@sinclair/typebox'
import type { Forgotten, RecordMatch } from '../detector/detector.js'
import { plainText } from '../text/plain-text.js'
import type { Lead } from './lead.js'
import { falls, limitOf, MUTES_MAX, Mute, type Mutes } from './mutes.js'
import { bandOf, NEVER_LEARNT_MAX, NeverLearnt, type NeverLearntList } from './never-learnt.js'
import { OperatorError } from './operator-error.js'
import { Reach, type RecentRecords } from './recent-records.js'

const DAY_MS = 86_400_000
const MUTE_DAYS = 7
const MAX_DAYS = 90
const MAX_NOTE_CHARS = 500
/** A word that concerns more than these shares of the latest records has to be confirmed. */
const MOST_OF_ALL = 0.01
const MOST_OF_ROUTE = 0.1
/** Fewer records than this are no share. */
const LEAST_MATCHING = 3

const FeedbackVerdict = Type.Union([Type.Literal('expected'), Type.Literal('threat')], {
  description:
    '`expected`: records like it stop alerting for a time, and are learnt; `threat`: they are never learnt, and what was learnt of them is taken out.',
})

/** What an operator said of an anomaly or an incident. */
export const FeedbackNote = Type.Object(
  {
    verdict: FeedbackVerdict,
    note: Type.Union([Type.String(), Type.Null()]),
    at: Type.String({ format: 'date-time' }),
  },
  { description: 'What an operator said of it.' },
)
export type FeedbackNote = Static<typeof FeedbackNote>

export const FeedbackRequest = Type.Object(
  {
    verdict: FeedbackVerdict,
    note: Type.Optional(
      Type.String({ maxLength: MAX_NOTE_CHARS, description: 'Why, for those who read it later.' }),
    ),
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_DAYS,
        description: `How long it holds. Default ${MUTE_DAYS} for expected, ${MAX_DAYS} for a threat.`,
      }),
    ),
    confirm: Type.Optional(
      Type.Boolean({ description: 'That it is meant although it concerns a large share of the records.' }),
    ),
  },
  {
    $id: 'FeedbackRequest',
    description: 'What an operator says of an anomaly or an incident.',
    examples: [{ verdict: 'expected', note: 'monthly reports', days: 30 }],
  },
)
export type FeedbackRequest = Static<typeof FeedbackRequest>

const ForgottenRecords = Type.Object(
  {
    baseline: Type.Integer({
      minimum: 0,
      description: 'Records taken out of what the next forest is grown from.',
    }),
    profiles: Type.Integer({ minimum: 0, description: 'Of those that say what is usual on their route.' }),
    set_aside: Type.Integer({ minimum: 0, description: 'Of the odd ones that were kept aside.' }),
  },
  { description: 'What was taken out of what had been learnt.' },
)
export type ForgottenRecords = Static<typeof ForgottenRecords>

export const FeedbackAnswer = Type.Object(
  {
    feedback: FeedbackNote,
    mute: Type.Union([Mute, Type.Null()], { description: 'What is muted from now on.' }),
    never_learnt: Type.Union([NeverLearnt, Type.Null()], {
      description: 'What is never learnt from now on.',
    }),
    forgotten: Type.Union([ForgottenRecords, Type.Null()], {
      description: 'Null where nothing had to be taken out, or nothing is learnt at all.',
    }),
    reach: Type.Union([Reach, Type.Null()]),
    warning: Type.Union([Type.String(), Type.Null()], {
      description:
        'What an operator should know of it: how much it concerns, or why it does less than they may think.',
    }),
  },
  {
    $id: 'FeedbackAnswer',
    description: 'What follows from the feedback.',
    examples: [
      {
        feedback: { verdict: 'expected', note: 'monthly reports', at: '2026-01-01T00:00:00.000Z' },
        mute: (Mute.examples as Mute[])[0],
        never_learnt: null,
        forgotten: null,
        reach: { records: 2000, matching: 4, of_all: 0.002, of_route: 0.031 },
        warning: null,
      },
    ],
  },
)
export type FeedbackAnswer = Static<typeof FeedbackAnswer>

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
  /** Takes out what was learnt; null where nothing is. */
  readonly forget: ((matches: RecordMatch) => Forgotten) | null
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
    const { neverLearnt, recent, forget } = this.#parts
    if (!neverLearnt.hasRoomFor(subject.id, nowMs)) throw tooMany('patterns of threats', NEVER_LEARNT_MAX)
    const kept_out = neverLearnt.of(subject.id)?.kept_out ?? 0
    const pattern = { ...patternOf(subject, lead, request, MAX_DAYS, nowMs), ...bandOf(lead), kept_out }
    const holds: RecordMatch = (route, values) => neverLearnt.holds(pattern, route, values)
    const reach = recent.reachOf(subject.route, ({ route, values }) => holds(route, values))
    const warning = this.#warningOf(reach, 'would not have been learnt', request)
    this.#takeBack(subject.id, 'mutes')
    const never_learnt = { ...neverLearnt.set(pattern, nowMs) }
    const forgotten = forget === null ? null : forgottenRecords(forget(holds))
    return { mute: null, never_learnt, forgotten, reach, warning }
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
