import { nextTurn, type Timer, unrefTimer } from '../runtime/timers.js'

/** The time that a replica lives by. A simulation has one of its own. */
export interface FleetTime {
  /** Milliseconds that go on evenly. */
  readonly nowMs: number
  /** Lets whoever waits for the event loop have a turn. */
  turn(): Promise<void>
  /**
   * Does work again and again from now on, with a pause after each time.
   * @param work never rejects
   * @returns ends it, and resolves when it is not under way any more
   */
  every(pauseMs: number, work: () => Promise<void>): () => Promise<void>
}

/** The time that passes. It keeps no process from its end. */
export const PASSING_TIME: FleetTime = {
  get nowMs() {
    return performance.now()
  },
  turn: nextTurn,
  every(pauseMs, work) {
    let ended = false
    let timer: Timer | null = null
    let step: Promise<void> = Promise.resolve()
    const next = (): void => {
      step = work().then(() => {
        if (ended) return
        timer = setTimeout(next, pauseMs)
        unrefTimer(timer)
      })
    }
    next()
    return () => {
      ended = true
      if (timer !== null) clearTimeout(timer)
      return step
    }
  },
}
