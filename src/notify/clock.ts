/** What the webhook waits by, so that tests need not wait. */
export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number
  /** Calls back once after `ms`, unless what it returns is called before. Never keeps the process alive. */
  after(ms: number, callback: () => void): () => void
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
