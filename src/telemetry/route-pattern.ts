import { plainText } from '../text/plain-text.js'

const MAX_CHARS = 120
const VERSION = /^v\d{1,3}$/i
const IDENTIFIES = /\d|@/

/**
 * A route as a class of requests, for the cache and the prompt: without query and fragment, which carry
 * personal data and tokens, with every path segment that holds a digit or an address as `:id` (`v2`-like
 * versions stay), on one visible line of at most 120 characters. An absent or empty route is null.
 */
export function routePattern(route: string | undefined): string | null {
  if (route === undefined) return null
  const path = route.slice(0, MAX_CHARS * 8).split(/[?#]/u, 1)[0] ?? ''
  const segments = path.split('/').map((segment) => {
    const text = plainText(segment, MAX_CHARS)
    return IDENTIFIES.test(text) && !VERSION.test(text) ? ':id' : text
  })
  return plainText(segments.join('/'), MAX_CHARS) || null
}
