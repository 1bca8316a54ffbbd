import { nextTurn } from '../../runtime/timers.js'

/** How long a turn of the event loop lasts where nobody else has anything to do. */
const ALONE_MS = 0.5
/** And where others have: it is what single requests wait. A turn itself costs a tenth of it. */
const SHARED_MS = 0.15
/** Between two turns goes less than this where nobody did anything. */
const IDLE_MS = 0.08
/** Turns after somebody else did something until that counts as over: some 10 ms. */
const SHARED_TURNS = 64

/** How long work that is cut into turns may go on, so that others come through: shorter while there are others. */
export class SharedTurns {
  #endMs = performance.now() + SHARED_MS
  #shared = SHARED_TURNS

  get isOver(): boolean {
    return performance.now() >= this.#endMs
  }

  /** Lets the others have their turn. */
  async next(): Promise<void> {
    const leftMs = performance.now()
    await nextTurn()
    const nowMs = performance.now()
    this.#shared = nowMs - leftMs > IDLE_MS ? SHARED_TURNS : Math.max(0, this.#shared - 1)
    this.#endMs = nowMs + (this.#shared > 0 ? SHARED_MS : ALONE_MS)
  }
}
