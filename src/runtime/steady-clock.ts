/**
 * Time that passes evenly, whatever is done to the clock of the machine meanwhile: milliseconds since 1970 as that clock
 * had them at the start, and then by one that nobody sets. For what is measured or waited for; people are shown the
 * machine's own.
 */
export class SteadyClock {
  #aheadMs: number

  /** @param startMs milliseconds since 1970 now */
  constructor(startMs: number = Date.now()) {
    this.#aheadMs = startMs - performance.now()
  }

  get nowMs(): number {
    return performance.now() + this.#aheadMs
  }

  /** What an earlier process saw is past, even where the machine has started in 1970 since. */
  continueAfter(ms: number): void {
    this.#aheadMs += Math.max(0, ms - this.nowMs)
  }
}
