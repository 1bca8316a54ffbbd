import { setTimeout as sleep } from 'node:timers/promises'
import { nextTurn } from '../../runtime/timers.js'

/** How long a turn of the event loop lasts where nobody else has anything to do. */
const ALONE_MS = 0.5
/** And where others have: it is what single requests wait. */
const SHARED_MS = 0.25
/**
 * Between two turns while there are others. A thread that never rests is the one that the system holds back when others
 * want its processor, for milliseconds at a time and in the middle of whatever it does: single requests would wait for it.
 */
const REST_MS = 1
/** After a request came until there is nobody again. */
const OTHERS_FOR_MS = 100

/** How long work that is cut into turns may go on, so that others come through: shorter, and with rests, while there are. */
export class SharedTurns {
  readonly #requests: () => number
  #seen: number
  #endMs = performance.now() + SHARED_MS
  #othersUntilMs = 0

  /** @param requests of others, so far */
  constructor(requests: () => number) {
    this.#requests = requests
    this.#seen = requests()
  }

  get isOver(): boolean {
    return performance.now() >= this.#endMs
  }

  /** Lets the others have their turn. */
  async next(): Promise<void> {
    await nextTurn()
    if (this.#hasOthers()) {
      await sleep(REST_MS)
      this.#endMs = performance.now() + SHARED_MS
    } else {
      this.#endMs = performance.now() + ALONE_MS
    }
  }

  #hasOthers(): boolean {
    const requests = this.#requests()
    const nowMs = performance.now()
    if (requests !== this.#seen) {
      this.#seen = requests
      this.#othersUntilMs = nowMs + OTHERS_FOR_MS
    }
    return nowMs < this.#othersUntilMs
  }
}
