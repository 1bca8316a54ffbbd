import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Deadlines } from '#sentinel/explain/llm/deadline.js'

/** Long enough never to pass in a test that does not mean it to. */
const AMPLE_MS = 20_000

function never(): Promise<never> {
  return new Promise(() => undefined)
}

/** What is running, as the event loop sees it. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

describe('a deadline', () => {
  it('lets what is in time through, and its failure', async () => {
    const deadlines = new Deadlines()
    expect(await deadlines.within(AMPLE_MS, async () => 'words')).toBe('words')
    await expect(deadlines.within(AMPLE_MS, () => Promise.reject(new TypeError('x')))).rejects.toThrow(
      TypeError,
    )
  })

  it('aborts the work and does not wait for it', async () => {
    let signal: AbortSignal | undefined
    const given = new Deadlines().within(5, (one) => {
      signal = one
      return never()
    })
    await expect(given).rejects.toMatchObject({ name: 'TimeoutError', message: 'no answer within 5 ms' })
    expect(signal?.aborted).toBe(true)
  })

  it('holds when nobody but a listener has the signal and memory is cleared meanwhile', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const names: Promise<string>[] = []
    for (let i = 0; i < 20; i++) {
      const given = new Deadlines().within(50, (signal) => {
        return new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      })
      names.push(given.catch((error: Error) => error.name))
    }
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    expect(new Set(await Promise.all(names))).toEqual(new Set(['TimeoutError']))
  })

  it('does not hold the process', async () => {
    const deadlines = new Deadlines()
    const before = timers()
    const running = deadlines.within(AMPLE_MS, never)
    expect(timers()).toBe(before)
    deadlines.close()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('closing', () => {
  it('ends every deadline that runs, and begins no work afterwards', async () => {
    const deadlines = new Deadlines()
    const running = [deadlines.within(AMPLE_MS, never), deadlines.within(AMPLE_MS, never)]
    deadlines.close()
    for (const one of running) await expect(one).rejects.toMatchObject({ name: 'AbortError' })
    let begun = false
    const later = deadlines.within(AMPLE_MS, async () => {
      begun = true
    })
    await expect(later).rejects.toMatchObject({ name: 'AbortError' })
    expect(begun).toBe(false)
  })
})
