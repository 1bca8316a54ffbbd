import type { SampledRecord } from './sample-codec.js'

/** Records that a model is tried on: the last ones; and how many of them there have to be. */
const TRIED = 2_000
const LEAST_TRIED = 200
/** A model that alerts more often than this many times the rate is not fit to be used. */
const MOST_TIMES = 3
/** So few alerts may be chance, whatever the rate. */
const CHANCE = 5

/**
 * Keeps a model from being published that would alert all and sundry. It is tried on the last records that nobody was told
 * of: what the model in use alerts may be an attack, and a good model would say the same of it.
 */
export class GoodSense {
  readonly #rate: number
  readonly #last: (SampledRecord | undefined)[] = new Array(TRIED)
  #next = 0
  #seen = 0

  /** @param rate share of ordinary records that may be alerted */
  constructor(rate: number) {
    this.#rate = rate
  }

  /** Takes in a record that was judged somewhere. */
  see(record: SampledRecord): void {
    if (record.alerted) return
    this.#last[this.#next] = record
    this.#next = (this.#next + 1) % TRIED
    this.#seen = Math.min(this.#seen + 1, TRIED)
  }

  /**
   * Whether a model may be published.
   * @param alerts whether the model would have alerted a record
   * @param turn lets whoever waits have a turn, now and then
   */
  async accepts(alerts: (record: SampledRecord) => boolean, turn: () => Promise<void>): Promise<boolean> {
    const records = this.#last.slice(0, this.#seen) as SampledRecord[]
    if (records.length < LEAST_TRIED) return true
    const most = Math.max(CHANCE, MOST_TIMES * this.#rate * records.length)
    let alerted = 0
    for (const [i, record] of records.entries()) {
      if (alerts(record) && ++alerted > most) return false
      if (i % 50 === 49) await turn()
    }
    return true
  }
}
