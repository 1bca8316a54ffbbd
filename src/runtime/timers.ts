/** What `setTimeout` and `setInterval` give: an object in Node and Bun, a number in browsers and Deno. */
export type Timer = ReturnType<typeof setTimeout>

/** Lets the process end while the timer runs, where a timer could keep it. */
export function unrefTimer(timer: Timer): void {
  if (typeof timer === 'object') {
    timer.unref()
    return
  }
  const { Deno } = globalThis as { Deno?: { unrefTimer?(timer: number): void } }
  Deno?.unrefTimer?.(timer)
}

/** Resolves once whatever waits for the event loop had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve)
      return
    }
    // Browsers hold back a time-out of 0 by 4 ms once they are nested, but not a message.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
