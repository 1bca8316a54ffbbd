/** A signal that aborts when the time is up, or before when whoever set it closes. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Lets the timer go once the work is done. */
  end(): void
}

/** Deadlines of one owner, to be ended together. Their timers never keep the process alive. */
export class Deadlines {
  readonly #running = new Set<AbortController>()

  start(ms: number): Deadline {
    const controller = new AbortController()
    this.#running.add(controller)
    const timer = setTimeout(() => {
      this.#running.delete(controller)
      controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'))
    }, ms)
    timer.unref()
    return {
      signal: controller.signal,
      end: () => {
        clearTimeout(timer)
        this.#running.delete(controller)
      },
    }
  }

  /** Aborts all that still run. */
  abort(): void {
    const running = [...this.#running]
    this.#running.clear()
    for (const controller of running) controller.abort(new DOMException('closed', 'AbortError'))
  }
}

/** The promise's outcome, or a rejection with the signal's reason as soon as that aborts. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined)
    return Promise.reject(signal.reason)
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
