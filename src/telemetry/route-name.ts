/** Longest name, in characters, and most path segments a name keeps. */
const MAX_LENGTH = 120
const MAX_SEGMENTS = 8
/** A segment longer than this is a value, not a name. */
const MAX_SEGMENT = 40
/** API versions are the digits that do name something. */
const VERSION = /^v\d{1,3}$/i

/**
 * The route that a raw path belongs to: no query and no fragment, every segment with a digit in it (numbers,
 * UUIDs, hashes, dates) and every overlong one replaced by `*`, at most 8 segments and 120 characters. So an
 * identifier in the path does not give each request a baseline of its own. What carries no route at all belongs
 * to the route with the empty name.
 */
export function routeName(raw: string | undefined): string {
  if (raw === undefined || raw === '') return ''
  const end = raw.search(/[?#]/)
  // What follows could not change the name any more.
  const path = raw.slice(0, Math.min(end < 0 ? raw.length : end, 1024))
  const segments = path.split('/')
  const kept = segments.slice(0, MAX_SEGMENTS + 1).map(segmentName)
  if (segments.length > kept.length) kept[MAX_SEGMENTS] = '*'
  if (kept.length > 2 && kept.at(-1) === '') kept.pop()
  return kept.join('/').slice(0, MAX_LENGTH)
}

function segmentName(segment: string): string {
  if (segment.length > MAX_SEGMENT) return '*'
  return /\d/.test(segment) && !VERSION.test(segment) ? '*' : segment
}
