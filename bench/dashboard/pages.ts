const FETCHED_EVERY_MS = 10_000
const FETCHED = ['routes?limit=500', 'what-if']

/** What dashboards that are open ask of a service: the stream, and now and then what that does not carry. */
export class Pages {
  readonly #abort = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []

  static async open(base: string, count: number): Promise<Pages> {
    const pages = new Pages()
    for (let i = 0; i < count; i++) await pages.#add(base)
    return pages
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#abort.abort()
  }

  async #add(base: string): Promise<void> {
    const { signal } = this.#abort
    const { body } = await fetch(`${base}live`, { signal })
    if (body === null) throw new Error('the stream has no body')
    void drain(body)
    const load = (): void => {
      for (const path of FETCHED)
        void fetch(base + path, { signal })
          .then((answer) => answer.arrayBuffer())
          .catch(() => {})
    }
    load()
    this.#timers.push(setInterval(load, FETCHED_EVERY_MS))
  }
}

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  try {
    for await (const _ of body);
  } catch {
    // It was closed.
  }
}
