interface Entry {
  readonly words: string
  readonly expiresAtMs: number
}

/** The model's words by situation, for a few minutes; the least recently used go first. */
export class AssessmentCache {
  readonly #entries = new Map<string, Entry>()
  readonly #maxEntries: number
  readonly #ttlMs: number

  constructor({ maxEntries = 256, ttlMs = 5 * 60_000 }: { maxEntries?: number; ttlMs?: number } = {}) {
    this.#maxEntries = maxEntries
    this.#ttlMs = ttlMs
  }

  get size(): number {
    return this.#entries.size
  }

  get(fingerprint: string): string | null {
    const entry = this.#entries.get(fingerprint)
    if (entry === undefined) return null
    this.#entries.delete(fingerprint)
    if (performance.now() >= entry.expiresAtMs) return null
    this.#entries.set(fingerprint, entry)
    return entry.words
  }

  set(fingerprint: string, words: string): void {
    this.#entries.delete(fingerprint)
    this.#entries.set(fingerprint, { words, expiresAtMs: performance.now() + this.#ttlMs })
    if (this.#entries.size <= this.#maxEntries) return
    const oldest = this.#entries.keys().next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }
}
