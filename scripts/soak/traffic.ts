import { Agent, request } from 'node:http'
import { codeRunnerTraffic } from '../../made-up/traffic.js'

const EVERY_MS = 20
/** How many records of the made-up traffic come before it begins anew. */
const RECORDS = 20_000
/** One that every service tells of, by the static limits. */
const ATTACK = { latency: 90_000, input_length: 50_000, errors: 40, route: '/run' }
const ATTACK_EVERY = 211
const BATCH_EVERY = 97
const LOOKS = [
  '/anomalies',
  '/incidents',
  '/timeline',
  '/routes?limit=500',
  '/what-if',
  '/metrics',
  '/health',
]
const LOOK_EVERY = 31

/** Answers by what they were: a status, or why there was none. */
export type Answers = Map<string, number>

/** Callers of a service: records one by one and in batches, an attack now and then, and somebody who looks. */
export class Traffic {
  /** Records that were sent, and those of them that were answered for. */
  sent = 0
  taken = 0
  /** What came back while the service was meant to run. */
  readonly answers: Answers = new Map()
  readonly #url: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 })
  readonly #records = codeRunnerTraffic(RECORDS, 7)
  readonly #underWay = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | null = null
  #ticks = 0

  constructor(url: string) {
    this.#url = url
  }

  begin(): void {
    this.sent = 0
    this.taken = 0
    this.#timer = setInterval(() => this.#tick(), EVERY_MS)
  }

  /** Ends, once all that is under way is answered or lost. */
  async end(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    await Promise.all(this.#underWay)
  }

  #tick(): void {
    const n = this.#ticks++
    const record = this.#records[n % RECORDS] as object
    if (n % BATCH_EVERY === 0) this.#batch(n)
    else this.#follow(1, '/analyze-flow', JSON.stringify(n % ATTACK_EVERY === 0 ? ATTACK : record))
    if (n % LOOK_EVERY === 0) this.#follow(0, LOOKS[(n / LOOK_EVERY) % LOOKS.length] as string)
  }

  #batch(n: number): void {
    const records = Array.from({ length: 50 }, (_, i) => this.#records[(n + i) % RECORDS])
    this.#follow(records.length, '/analyze-flow/batch', JSON.stringify(records))
  }

  #follow(records: number, path: string, body?: string): void {
    this.sent += records
    const done: Promise<void> = this.#ask(path, body).then((outcome) => {
      if (outcome === '200') this.taken += records
      this.answers.set(outcome, (this.answers.get(outcome) ?? 0) + 1)
      this.#underWay.delete(done)
    })
    this.#underWay.add(done)
  }

  #ask(path: string, body?: string): Promise<string> {
    return new Promise((resolve) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' }
      const method = body === undefined ? 'GET' : 'POST'
      const sent = request(this.#url + path, { method, agent: this.#agent, headers }, (response) => {
        response.resume()
        response.once('close', () => resolve(response.complete ? String(response.statusCode) : 'cut'))
      })
      sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      sent.end(body)
    })
  }
}
