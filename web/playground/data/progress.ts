/** Told which share of a text has been read, 0 to 1. */
export type OnProgress = (share: number) => void

/** Characters from word to word: a few words for every file that takes a while. */
const STEP = 250_000

/** Says how far a reader is, now and then. */
export class Progress {
  readonly #total: number
  readonly #tell: OnProgress
  #next = STEP

  constructor(total: number, tell: OnProgress) {
    this.#total = total
    this.#tell = tell
  }

  /** @param at characters read so far */
  reach(at: number): void {
    if (at < this.#next) return
    this.#next = at + STEP
    this.#tell(at / this.#total)
  }
}
