import type { Tick } from '../../../src/http/schemas/live.js'
import { type Api, ApiFailure } from './api.js'
import { eventsOf } from './events.js'

/** `refused`: a token is needed, and what came was none or a wrong one. */
export type LiveState = 'connecting' | 'live' | 'lost' | 'refused'

export interface LiveListener {
  /** Where the stream is to be had, asked each time that one is opened. @throws ApiFailure */
  readonly pathOf: () => Promise<string>
  readonly onState: (state: LiveState, message: string) => void
  /** The service does not know whom the path names. @returns whether another path is worth a try */
  readonly onUnknown: () => boolean
  /** The stream has begun; after a gap it goes on where it was. */
  readonly onBegin: (first: Tick) => void
  readonly onTick: (tick: Tick) => void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 5_000
/** Ticks come every second: silence means that nobody is there any more. */
const SILENCE_MS = 6_000

/** Follows the service's stream for as long as the page is there, and takes it up again whenever it breaks off. */
export class Live {
  readonly #api: Api
  readonly #listener: LiveListener
  #lastId = ''
  #abort = new AbortController()
  #restarted = false
  #wake: () => void = () => {}

  constructor(api: Api, listener: LiveListener) {
    this.#api = api
    this.#listener = listener
    addEventListener('online', () => this.#wake())
  }

  /** Tries again now, with another token say. */
  retry(): void {
    this.#wake()
  }

  /** Leaves the stream for another one, which begins anew. */
  restart(): void {
    this.#lastId = ''
    this.#restarted = true
    this.#abort.abort()
    this.#wake()
  }

  async run(): Promise<never> {
    let waitMs = FIRST_WAIT_MS
    for (;;) {
      try {
        await this.#follow(() => {
          waitMs = FIRST_WAIT_MS
        })
        if (this.#restarted) continue
        this.#listener.onState('lost', 'the service ended the stream')
      } catch (error) {
        const failure = error instanceof ApiFailure ? error : null
        if (this.#restarted || (failure?.status === 400 && this.#listener.onUnknown())) continue
        if (failure?.status === 401) {
          this.#listener.onState('refused', failure.message)
          await this.#rest(null)
          continue
        }
        this.#listener.onState('lost', failure?.message ?? 'the stream broke off')
      }
      await this.#rest(waitMs)
      waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs)
    }
  }

  async #follow(onGood: () => void): Promise<void> {
    this.#restarted = false
    this.#abort = new AbortController()
    const { signal } = this.#abort
    const path = await this.#listener.pathOf()
    const headers: Record<string, string> = this.#lastId === '' ? {} : { 'last-event-id': this.#lastId }
    const { body } = await this.#api.request(path, { headers, signal })
    if (body === null) return
    let silence = setTimeout(() => this.#abort.abort(), SILENCE_MS)
    try {
      let begun = false
      for await (const { id, event, data } of eventsOf(body)) {
        clearTimeout(silence)
        silence = setTimeout(() => this.#abort.abort(), SILENCE_MS)
        if (event !== 'tick') continue
        const tick = JSON.parse(data) as Tick
        if (!begun) {
          begun = true
          onGood()
          this.#listener.onState('live', '')
          this.#listener.onBegin(tick)
        }
        this.#listener.onTick(tick)
        this.#lastId = id
      }
    } finally {
      clearTimeout(silence)
    }
  }

  /** @param ms until when at most; null until somebody wakes it */
  #rest(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
