import type { RatedValues } from '../sentinel-following.js'
import { encodeBatch } from './sample-codec.js'

interface Slot {
  route: string
  atMs: number
  alerted: boolean
  readonly values: Float64Array
}

/**
 * A uniform sample of the records that were judged since it was taken last, of a fixed size (Vitter 1985, algorithm R). All
 * judged records count, not those alone that may be learnt from: whoever learns has to know how many odd ones there are.
 */
export class Sampler {
  readonly #replica: string
  readonly #nFeatures: number
  readonly #slots: Slot[]
  readonly #random: () => number
  #filled = 0
  #judged = 0
  #beganMs = performance.now()

  /** @param most records of one sample */
  constructor(replica: string, nFeatures: number, most: number, random: () => number = Math.random) {
    this.#replica = replica
    this.#nFeatures = nFeatures
    this.#random = random
    this.#slots = Array.from({ length: most }, () => ({
      route: '',
      atMs: 0,
      alerted: false,
      values: new Float64Array(nFeatures),
    }))
  }

  judged(route: string | undefined, { values, missing }: RatedValues, alerted: boolean): void {
    this.#judged += 1
    const room = this.#filled < this.#slots.length
    const place = room ? this.#filled++ : Math.floor(this.#random() * this.#judged)
    if (place >= this.#slots.length) return
    const slot = this.#slots[place] as Slot
    slot.route = route ?? ''
    slot.atMs = performance.now() - this.#beganMs
    slot.alerted = alerted
    for (let f = 0; f < this.#nFeatures; f++)
      slot.values[f] = missing?.[f] === 1 ? Number.NaN : (values[f] as number)
  }

  /** The sample, as bytes to be sent, in the order in which the records came; null where none did. Begins the next one. */
  take(): Uint8Array | null {
    const nowMs = performance.now()
    const spanMs = Math.round(nowMs - this.#beganMs)
    const judged = this.#judged
    const records = this.#slots.slice(0, this.#filled).sort((a, b) => a.atMs - b.atMs)
    this.#beganMs = nowMs
    this.#judged = 0
    this.#filled = 0
    if (judged === 0) return null
    return encodeBatch({ replica: this.#replica, judged, spanMs, records }, this.#nFeatures)
  }
}
