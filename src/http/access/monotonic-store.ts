import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import { LruMap } from 'toad-cache'

interface Count {
  current: number
  /** When its window began, by a clock that is never set. */
  sinceMs: number
}

/**
 * Counts for the rate limit, as the library's own store does, but by a clock that nobody sets: with the machine's,
 * a step back would leave every caller refused until the time from before has come again.
 */
class MonotonicStore implements FastifyRateLimitStore {
  readonly #counts: LruMap<Count>

  constructor({ cache = 1 }: { readonly cache?: number }) {
    this.#counts = new LruMap(cache)
  }

  incr(
    key: string,
    done: (error: Error | null, result?: { current: number; ttl: number }) => void,
    timeWindow: number,
  ): void {
    const nowMs = performance.now()
    const known = this.#counts.get(key)
    const count =
      known === undefined || nowMs - known.sinceMs >= timeWindow ? { current: 0, sinceMs: nowMs } : known
    count.current++
    // Also of a known one: whoever is not seen for longest is forgotten.
    this.#counts.set(key, count)
    done(null, { current: count.current, ttl: timeWindow - (nowMs - count.sinceMs) })
  }

  child(options: object): MonotonicStore {
    return new MonotonicStore(options)
  }
}

/** For the library, which makes its stores itself. */
export const monotonicStore = MonotonicStore as unknown as FastifyRateLimitStoreCtor
