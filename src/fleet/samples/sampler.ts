import type { Decision } from '../../alerts/alert-desk.js'
import type { RatedValues } from '../../sentinel/following.js'
import { encodeBatch } from './sample-codec.js'

/** Records a second that all replicas send together: more say no more of what is ordinary, and one of them has to learn it. */
export const RECORDS_OF_ALL = 4_000
/** A batch of fewer records than this is not worth its way, where more may be waited for. */
const LEAST_BATCH = 4

export interface SamplerOptions {
  /** Who sends it. */
  readonly replica: string
  readonly nFeatures: number
  /** Records a second, at most. */
  readonly rate: number
  /** How often `take` is called, ms. */
  readonly beatMs: number
  /** Up to which p a record is rare: then it is sent in any case; null where there is no p. */
  readonly rareUpTo: number | null
  /** In [0, 1); default: by chance. */
  readonly random?: () => number
  /** Milliseconds that go on evenly. */
  readonly clock?: () => number
}

/** A record that is to be sent. */
interface Slot {
  /** Which of the records judged since the last batch it is. */
  number: number
  route: string
  atMs: number
  alerted: boolean
  expected: boolean
  rare: boolean
  readonly values: Float64Array
}

/**
 * A uniform sample of the records that were judged since it was taken last, of a fixed size (Vitter 1985, algorithm R). All
 * judged records count, not those alone that may be learnt from: whoever learns has to know how many odd ones there are.
 * Beside it, all that are rare, up to as many again: of a few alerts among thousands of records a sample would have none.
 */
export class Sampler {
  readonly #options: SamplerOptions
  readonly #random: () => number
  readonly #clock: () => number
  readonly #slots: Slot[] = []
  readonly #rareSlots: Slot[] = []
  /** Records of one batch, and beats from one to the next. */
  #most = 0
  #beats = 1
  #beat = 0
  #filled = 0
  #rareFilled = 0
  #judged = 0
  #rare = 0
  #beganMs: number

  constructor(options: SamplerOptions) {
    this.#options = options
    this.#random = options.random ?? Math.random
    this.#clock = options.clock ?? (() => performance.now())
    this.#beganMs = this.#clock()
    this.shareWith(1)
  }

  /** So many replicas share what may be sent together. */
  shareWith(replicas: number): void {
    const { rate, beatMs } = this.#options
    const perBeat = (Math.min(rate, RECORDS_OF_ALL / replicas) * beatMs) / 1000
    const beats = Math.max(1, Math.ceil(LEAST_BATCH / perBeat))
    const most = Math.max(1, Math.round(perBeat * beats))
    if (most === this.#most && beats === this.#beats) return
    this.#most = most
    this.#beats = beats
    this.#begin()
    while (this.#slots.length < most) this.#slots.push(this.#newSlot())
  }

  judged(route: string | undefined, rated: RatedValues, { p, alert }: Decision, expected: boolean): void {
    this.#judged += 1
    const { rareUpTo } = this.#options
    const rare = rareUpTo !== null && p !== null && p <= rareUpTo
    if (rare) {
      this.#rare += 1
      if (this.#rareFilled < this.#most) {
        if (this.#rareFilled === this.#rareSlots.length) this.#rareSlots.push(this.#newSlot())
        const slot = this.#rareSlots[this.#rareFilled++] as Slot
        this.#fill(slot, route, rated, alert !== null, expected, true)
      }
    }
    const room = this.#filled < this.#most
    const place = room ? this.#filled++ : Math.floor(this.#random() * this.#judged)
    if (place < this.#most)
      this.#fill(this.#slots[place] as Slot, route, rated, alert !== null, expected, rare)
  }

  /**
   * The sample, as bytes to be sent, in the order in which the records came; null where none did, or it is to grow until
   * later. Begins the next one.
   */
  take(): Uint8Array | null {
    this.#beat += 1
    if (this.#beat < this.#beats) return null
    const spanMs = Math.round(this.#clock() - this.#beganMs)
    const { replica, nFeatures } = this.#options
    const [judged, rare] = [this.#judged, this.#rare]
    const drawn = this.#slots.slice(0, this.#filled)
    const numbers = new Set(drawn.map(({ number }) => number))
    const beside = this.#rareSlots.slice(0, this.#rareFilled).filter(({ number }) => !numbers.has(number))
    const records = [
      ...drawn.map((slot) => ({ ...slot, beside: false })),
      ...beside.map((slot) => ({ ...slot, beside: true })),
    ].sort((a, b) => a.number - b.number)
    this.#begin()
    return judged === 0 ? null : encodeBatch({ replica, judged, rare, spanMs, records }, nFeatures)
  }

  #begin(): void {
    this.#beat = 0
    this.#judged = 0
    this.#rare = 0
    this.#filled = 0
    this.#rareFilled = 0
    this.#beganMs = this.#clock()
  }

  #fill(
    slot: Slot,
    route: string | undefined,
    { values, missing }: RatedValues,
    alerted: boolean,
    expected: boolean,
    rare: boolean,
  ): void {
    slot.number = this.#judged
    slot.route = route ?? ''
    slot.atMs = this.#clock() - this.#beganMs
    slot.alerted = alerted
    slot.expected = expected
    slot.rare = rare
    for (let f = 0; f < this.#options.nFeatures; f++)
      slot.values[f] = missing?.[f] === 1 ? Number.NaN : (values[f] as number)
  }

  #newSlot(): Slot {
    const values = new Float64Array(this.#options.nFeatures)
    return { number: 0, route: '', atMs: 0, alerted: false, expected: false, rare: false, values }
  }
}
