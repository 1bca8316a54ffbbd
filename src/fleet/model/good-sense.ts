import type { SampledRecord } from '../samples/sample-codec.js'

/** Records that a model is tried on: the last ones; and how many of them there have to be. */
const TRIED = 2_000
const LEAST_TRIED = 200
/** A model that alerts more often than this many times the rate is not fit to be used. */
const MOST_TIMES = 3
/** So few alerts may be chance, whatever the rate. */
const CHANCE = 5
/** Replicas of which one may be told from the others. */
const LEAST_REPLICAS = 3

interface Tried {
  readonly replica: string
  readonly record: SampledRecord
}

/**
 * Keeps a model from being published that would alert all and sundry. It is tried on the last records that nobody was told
 * of: what the model in use alerts may be an attack, and a good model would say the same of it. The replica in whose records
 * most is alerted has no say where there are others: one that lies about what it told keeps no model from all of them.
 */
export class GoodSense {
  readonly #rate: number
  readonly #last: Tried[] = []
  #next = 0

  /** @param rate share of ordinary records that may be alerted */
  constructor(rate: number) {
    this.#rate = rate
  }

  /** Forgets the records: another model will be right about others. */
  forget(): void {
    this.#last.length = 0
    this.#next = 0
  }

  /** Takes in a record that was judged somewhere. */
  see(replica: string, record: SampledRecord): void {
    if (record.alerted) return
    this.#last[this.#next] = { replica, record }
    this.#next = (this.#next + 1) % TRIED
  }

  /**
   * Whether a model may be published.
   * @param alerts whether the model would have alerted a record
   * @param turn lets whoever waits have a turn, now and then
   */
  async accepts(alerts: (record: SampledRecord) => boolean, turn: () => Promise<void>): Promise<boolean> {
    const last = [...this.#last]
    if (last.length < LEAST_TRIED) return true
    const tallies = new Map<string, { tried: number; alerted: number }>()
    for (const [i, { replica, record }] of last.entries()) {
      const tally = tallies.get(replica) ?? { tried: 0, alerted: 0 }
      tally.tried += 1
      if (alerts(record)) tally.alerted += 1
      tallies.set(replica, tally)
      if (i % 25 === 24) await turn()
    }
    const heard = [...tallies.values()].sort((a, b) => b.alerted - a.alerted)
    if (heard.length >= LEAST_REPLICAS) heard.shift()
    const sum = (name: 'tried' | 'alerted'): number => heard.reduce((total, each) => total + each[name], 0)
    return sum('alerted') <= Math.max(CHANCE, MOST_TIMES * this.#rate * sum('tried'))
  }
}
