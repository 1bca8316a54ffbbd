import { cutAt, plainText } from '../text/plain-text.js'

/** Longest name, in characters, and most path segments a name keeps. */
const MAX_LENGTH = 120
const MAX_SEGMENTS = 8
/** A segment longer than this is a value, not a name. */
const MAX_SEGMENT = 40
/** What lies behind this many characters is not read: a path of named segments is shorter. */
const MAX_READ = 1024
/** Most characters of a route that is shown. */
const MAX_SHOWN = 256
/** A query or a fragment, also where its mark is percent-encoded. */
const HIDDEN_FROM = /[?#]|%3f|%23/i
const PARAMETERS = /(?:;|%3b)[^/]*/gi
const CREDENTIALS = /^((?:[a-z]+ )?[a-z][a-z\d+.-]*:\/\/)[^/@]*@/i
const QUESTION_MARK = 0x3f
const HASH = 0x23
/** An address, or what callers put into a segment that is no name: a query that is encoded, parameters, values. */
const CARRIES = /[@;=&]|%3[bdf]|%23|%26/i
/** Numbers, UUIDs, hashes and dates have one. */
const DIGIT = /\d/
/** API versions are the digits that do name something. */
const VERSION = /^v\d{1,3}$/i

/**
 * The kind of request that a raw route stands for: the one name under which the profiles, the log, the cache
 * of explanations and the language model know it. It is one visible line of at most 120 characters and 8 path
 * segments, without query and fragment; each segment that identifies something (it has a digit, an address,
 * parameters or more than 40 characters) is replaced by `*`. So an identifier in the path neither gives each request a
 * profile of its own nor gets into the log or the prompt. A record without a route has the empty name.
 */
export function routeName(raw: string | undefined): string {
  return nameBy(raw, segmentName)
}

/**
 * As `routeName`, with another say in what becomes of a segment.
 * @param nameOf asked of each segment in turn, from the first on
 */
export function nameBy(raw: string | undefined, nameOf: (segment: string) => string): string {
  if (raw === undefined || raw === '') return ''
  const segments = pathOf(raw).split('/')
  const kept = segments.slice(0, MAX_SEGMENTS + 1).map((segment) => nameOf(segment))
  if (segments.length > kept.length) kept[MAX_SEGMENTS] = '*'
  if (kept.length > 2 && kept.at(-1) === '') kept.pop()
  return cutAt(kept.join('/'), MAX_LENGTH)
}

/**
 * A raw route as it may be shown and kept, one visible line of at most 256 characters: without what callers put behind
 * it and into it that is no route, such as tokens and addresses. That is the query, the fragment, `;` parameters of
 * segments, and the credentials of a full URL.
 */
export function shownRoute(raw: string): string {
  const path = raw.slice(0, MAX_READ).split(HIDDEN_FROM, 1)[0] as string
  const bare = path.replace(PARAMETERS, '').replace(CREDENTIALS, '$1')
  return plainText(bare, MAX_SHOWN)
}

/** What stands before the query and the fragment, as one visible line; nearly every route is that already. */
function pathOf(raw: string): string {
  const most = Math.min(raw.length, MAX_READ)
  let end = 0
  let visibleAscii = true
  for (; end < most; end++) {
    const unit = raw.charCodeAt(end)
    if (unit === QUESTION_MARK || unit === HASH) break
    if (unit < 0x21 || unit > 0x7e) visibleAscii = false
  }
  const path = raw.slice(0, end)
  return visibleAscii ? path : plainText(path, MAX_READ)
}

function segmentName(segment: string): string {
  if (segment.length > MAX_SEGMENT || CARRIES.test(segment)) return '*'
  return DIGIT.test(segment) && !VERSION.test(segment) ? '*' : segment
}

/**
 * What a segment looks like: a name; one with a digit, which may be a name (`us-east-1`, `tenant2`) or stand for one of
 * many (`17`); or an identifier for sure.
 */
export type SegmentKind = 'name' | 'numbered' | 'identifier'

const LONG_NUMBER = /\d{5}/
const DATE = /^\d{4}[-_.]\d{1,2}(?:[-_.]\d{1,2})?(?!\d)|\d:\d\d/
const HASH_LIKE = /^(?:0x)?[\da-f]{8,}$|[\da-f]{8}-[\da-f]{4}-/i
const WORDS = /[a-z\d]{6,}/gi
const CHANGES = /[a-z](?=\d)|\d(?=[a-z])/gi
/** A word that goes from letters to digits or back as often as this was made by a machine. */
const MOST_CHANGES = 2

/** Tells identifiers by their looks alone: long numbers, dates and times, UUIDs, hashes, tokens, addresses. */
export function segmentKind(segment: string): SegmentKind {
  if (segment.length > MAX_SEGMENT || CARRIES.test(segment)) return 'identifier'
  if (!DIGIT.test(segment) || VERSION.test(segment)) return 'name'
  if (LONG_NUMBER.test(segment) || DATE.test(segment) || HASH_LIKE.test(segment)) return 'identifier'
  const isToken = (word: string): boolean => (word.match(CHANGES)?.length ?? 0) > MOST_CHANGES
  return (segment.match(WORDS) ?? []).some(isToken) ? 'identifier' : 'numbered'
}
