import { Readable } from 'node:stream'

const RETRY_MS = 1_000
const CLOSE_WITHIN_MS = 1_000
/** Ticks that a client may leave untaken before it is disconnected; it can resume by its last id. */
const TICKS_A_CLIENT_MAY_MISS = 30

/** One client's stream of ticks. One that falls behind is told all that it missed at once, when it takes more. */
export class LiveStream extends Readable {
  readonly #since: (id: number) => string
  #lastId: number
  #wanted = false
  #missed = 0

  /**
   * @param first what it begins with
   * @param id of that
   * @param since makes the text of all that came after an id
   */
  constructor(first: string, id: number, since: (id: number) => string) {
    super({ encoding: 'utf8' })
    this.#since = since
    this.#lastId = id
    this.#wanted = this.push(`retry: ${RETRY_MS}\n\n${first}`)
  }

  /** The next tick; the same text for all clients that keep up. */
  offer(text: string, id: number): void {
    if (this.#wanted) {
      this.#lastId = id
      this.#wanted = this.push(text)
    } else if (++this.#missed > TICKS_A_CLIENT_MAY_MISS) this.destroy()
  }

  /** Ends the response; whatever the client does not take within a second is dropped. */
  finish(): void {
    if (!this.#wanted) {
      this.destroy()
      return
    }
    this.push(null)
    setTimeout(() => this.destroy(), CLOSE_WITHIN_MS).unref()
  }

  override _read(): void {
    this.#wanted = true
    if (this.#missed === 0) return
    this.#missed = 0
    this.#wanted = this.push(this.#since(this.#lastId))
  }
}
