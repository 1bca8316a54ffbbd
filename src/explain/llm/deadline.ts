import { unrefTimer } from '../../runtime/timers.js'

/**
 * Deadlines of one owner, to be ended together. Their timers never keep the process alive, and go with the work.
 *
 * `AbortSignal.any([closing, AbortSignal.timeout(ms)])` says the same but cannot be relied on in Node 20: such a
 * signal may be collected before it fires (nodejs/node#57736), and `closing` would remember every one of them
 * (nodejs/node#55351). It may take the place of this once no supported Node has these faults.
 */
export class Deadlines {
  readonly #running = new Set<AbortController>()
  #closed = false

  /**
   * The outcome of the work; a rejection with a `TimeoutError` once it has taken `ms`, and with an `AbortError` once
   * these deadlines are closed, whether or not the work heeds its signal.
   */
  async within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#closed) throw closedError()
    const controller = new AbortController()
    this.#running.add(controller)
    const timer = setTimeout(() => {
      controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'))
    }, ms)
    unrefTimer(timer)
    try {
      return await untilAborted(work(controller.signal), controller.signal)
    } finally {
      clearTimeout(timer)
      this.#running.delete(controller)
    }
  }

  /** Aborts all that still run; nothing more is begun. */
  close(): void {
    this.#closed = true
    for (const controller of [...this.#running]) controller.abort(closedError())
  }
}

/**
 * The promise's outcome, or a rejection with the signal's reason as soon as that aborts. The signal must not
 * outlive the promise by much: it keeps a listener.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  return Promise.race([promise, aborted])
}

function closedError(): DOMException {
  return new DOMException('closed', 'AbortError')
}
