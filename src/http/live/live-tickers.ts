import type { LiveStream } from './live-stream.js'
import type { LiveSubject } from './live-subject.js'
import { LiveTicker, type LiveTickerOptions } from './live-ticker.js'

/** A ticker for each of those that somebody listens to, and none for others. */
export class LiveTickers {
  readonly #options: LiveTickerOptions
  readonly #tickers = new Map<string, LiveTicker>()

  constructor(options: LiveTickerOptions) {
    this.#options = options
  }

  /** How many there are now. */
  get size(): number {
    return this.#tickers.size
  }

  /** A stream that begins with how its subject stands. @param after the id of the last event that the client has */
  open(subject: LiveSubject, after?: number): LiveStream {
    const known = this.#tickers.get(subject.key)
    if (known !== undefined) return known.open(after)
    const ticker = new LiveTicker(subject, {
      ...this.#options,
      onIdle: () => this.#tickers.delete(subject.key),
    })
    this.#tickers.set(subject.key, ticker)
    return ticker.open(after)
  }

  /** Ends all streams. */
  finish(): void {
    for (const ticker of this.#tickers.values()) ticker.finish()
  }
}
