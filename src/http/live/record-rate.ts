const LEAST_APART_MS = 900
const LATELY_MS = 6_000

interface Sample {
  readonly records: number
  readonly ms: number
}

/** How fast a counter that is looked at about once a second has grown over the last five seconds. */
export class RecordRate {
  #samples: Sample[] = []

  /**
   * @param records the counter now
   * @param nowMs a time that never goes back
   * @returns records a second, to one digit; 0 at the first look
   */
  over(records: number, nowMs: number): number {
    this.#samples = this.#samples.filter(({ ms }) => nowMs - ms < LATELY_MS)
    const [oldest] = this.#samples
    const newest = this.#samples.at(-1)
    if (newest === undefined || nowMs - newest.ms >= LEAST_APART_MS)
      this.#samples.push({ records, ms: nowMs })
    if (oldest === undefined || nowMs === oldest.ms) return 0
    return Math.round((10_000 * (records - oldest.records)) / (nowMs - oldest.ms)) / 10
  }
}
