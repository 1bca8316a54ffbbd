const MAX_CHARS = 128
const NOT_PLAIN = /[^\w\-.~!$&'()*+,;=:@/%]/g
/** Numbers, UUIDs, hashes and other long tokens: which one it was is the user's business. */
const IDENTIFIER = /^(?:\d+|[0-9a-f-]{8,}|(?=.*\d)[\w-]{16,}|.{41,})$/i

/** A route as it may stand in a log: query cut off, identifiers replaced, bounded, plain characters only. */
export function routePattern(route: string): string {
  const [path = ''] = route.slice(0, 4 * MAX_CHARS).split(/[?#]/, 1)
  return path
    .split('/')
    .map((segment) => (IDENTIFIER.test(segment) ? ':id' : segment.replace(NOT_PLAIN, '_')))
    .join('/')
    .slice(0, MAX_CHARS)
}
