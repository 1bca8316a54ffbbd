import { Session } from 'node:inspector'

interface Range {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

interface ScriptCoverage {
  readonly scriptId: string
  readonly url: string
  readonly functions: readonly { readonly ranges: readonly Range[] }[]
}

/** How often counts as often: once, twice, up to seven, more. A loop that goes on longer is new, too. */
function often(count: number): number {
  return Math.min(3, Math.floor(Math.log2(count)))
}

/** Which parts of the built program ran, and how often, as V8 counts it. */
export class Coverage {
  readonly #session = new Session()
  readonly #seen = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Parts that ran at all so far, in as many ways. */
  get size(): number {
    return this.#seen.size
  }

  /** How many of the parts that ran since this was asked last had not run before, or not as often. */
  takeNew(): number {
    return this.#countNew((part) => this.#seen.add(part))
  }

  /** Whether there are any, which stay new. */
  hasNew(): boolean {
    return this.#countNew(() => {}) > 0
  }

  #countNew(see: (part: string) => void): number {
    let found = 0
    for (const { url, scriptId, functions } of this.#take()) {
      if (!url.includes('/dist/')) continue
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges) {
          if (count === 0) continue
          const part = `${scriptId} ${startOffset} ${endOffset} ${often(count)}`
          if (this.#seen.has(part)) continue
          see(part)
          found += 1
        }
    }
    return found
  }

  /** The session is one with this thread, and answers at once. */
  #take(): readonly ScriptCoverage[] {
    let taken: readonly ScriptCoverage[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error !== null) throw error
      taken = answer.result
    })
    return taken
  }
}
