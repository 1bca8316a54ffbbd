/** A receiver may be away for two minutes, as long as a restart or a rollout takes. */
export const MAX_TRIES = 8
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
/** A receiver that asks for more time is tried after this all the same. */
const LONGEST_RETRY_AFTER_MS = 120_000
/** Several sentinels that failed together shall not come back together. */
const JITTER = 0.25

/**
 * How long to wait before the next try, in milliseconds: a second, doubling up to a minute, and up to a quarter more.
 * @param triesMade at least 1
 * @param retryAfterMs what the receiver asked for; 0 for nothing
 * @param chance from 0 to 1, for the part that is left to chance
 */
export function pauseMs(triesMade: number, retryAfterMs: number, chance: number): number {
  const backOff = Math.min(FIRST_PAUSE_MS * 2 ** (triesMade - 1), LONGEST_PAUSE_MS)
  return Math.max(backOff * (1 + JITTER * chance), Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS))
}

/** What a `Retry-After` header asks for, in milliseconds: seconds or a date. 0 where it says nothing of use. */
export function readRetryAfter(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0
}

/** Whether the same post may be taken another time: the receiver was slow, busy or broken, but did not refuse it. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}
