import { Agent, request } from 'node:http'

/** A record as good as any: reproducible, never the same twice in a row. */
export function record(n: number): object {
  return {
    latency: 100 + ((n * 7919) % 997) / 10,
    input_length: 1500 + ((n * 104_729) % 700),
    errors: n % 50 === 0 ? 1 : 0,
    route: `/api/${n % 5}`,
  }
}

/** Clients that post records one after the other on connections that stay open, until they are told to stop. */
export class Load {
  sent = 0
  answered = 0
  /** What was answered other than 200, or not at all. */
  readonly failures: string[] = []
  readonly #url: string
  readonly #agent: Agent
  readonly #clients: Promise<void>[]
  readonly #waiting: { n: number; resolve: () => void }[] = []
  #stopped = false

  constructor(url: string, clients: number) {
    this.#url = `${url}/analyze-flow`
    this.#agent = new Agent({ keepAlive: true, maxSockets: clients })
    this.#clients = Array.from({ length: clients }, () => this.#run())
  }

  /** Resolves when so many requests were answered. */
  reached(n: number): Promise<void> {
    if (this.answered >= n) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ n, resolve }))
  }

  /** Ends after the requests under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#clients)
    this.#agent.destroy()
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const outcome = await this.#post(JSON.stringify(record(this.sent++)))
      if (outcome === '200') this.answered++
      else this.failures.push(outcome)
      if (outcome === 'ECONNREFUSED') return
      for (const one of this.#waiting.filter(({ n }) => this.answered >= n)) one.resolve()
    }
  }

  #post(body: string): Promise<string> {
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const sent = request(this.#url, { method: 'POST', agent: this.#agent, headers }, (response) => {
        response.resume()
        response.once('close', () => resolve(response.complete ? String(response.statusCode) : 'cut'))
      })
      sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      sent.end(body)
    })
  }
}
