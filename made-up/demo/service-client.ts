import { setTimeout as sleep } from 'node:timers/promises'
import type { Incident } from '#sentinel/alerts/incidents/incident.js'
import type { Detail } from '#sentinel/anomalies/detail.js'
import type { Health, Readiness } from '#sentinel/http/schemas/health.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'

/** What keeps the demo from going on, in a line for its user. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
}

/** A record with what the service answered; `action` and `reason` are there when it is an alert. */
export interface Judged {
  readonly record: Telemetry
  readonly answer: {
    readonly status: string
    readonly action?: string
    readonly reason?: string
    readonly detail: Detail
  }
}

const ANSWER_MS = 5000
/** A fit takes a fraction of a second; it may wait for its turn as SENTINEL_TRAIN_DUTY says. */
const FIT_MS = 5000
const POLL_MS = 50
const AT_A_TIME = 10

/** Talks to a running service; whatever goes wrong is a `DemoError`. */
export class ServiceClient {
  readonly url: string
  readonly #headers: Readonly<Record<string, string>>

  constructor(url: string, token: string) {
    if (!URL.canParse(url))
      throw new DemoError(`SENTINEL_URL="${url}" is no address; http://host:port is one.`)
    this.url = url.replace(/\/+$/, '')
    this.#headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  }

  /** By SENTINEL_URL and SENTINEL_API_TOKEN, of which the first is taken where there are several. */
  static fromEnvironment(environment: NodeJS.ProcessEnv): ServiceClient {
    const [token = ''] = (environment.SENTINEL_API_TOKEN ?? '').split(',')
    return new ServiceClient(environment.SENTINEL_URL || 'http://127.0.0.1:8000', token.trim())
  }

  health(): Promise<Health> {
    return this.#ask('/health')
  }

  /** Waits until there is a forest. */
  async trained(): Promise<Health> {
    const endMs = performance.now() + FIT_MS
    for (;;) {
      const health = await this.health()
      if (health.detector_trained) return health
      const { samples_needed } = await this.#ask<Readiness>('/health/ready')
      if (samples_needed > 0)
        throw new DemoError(`The service needs ${samples_needed} more records (SENTINEL_MIN_SAMPLES).`)
      if (performance.now() > endMs)
        throw new DemoError('The forest is not trained: see the log of the service.')
      await sleep(POLL_MS)
    }
  }

  async openIncidents(): Promise<readonly Incident[]> {
    const { incidents } = await this.#ask<{ readonly incidents: readonly Incident[] }>('/incidents?open=true')
    return incidents
  }

  /**
   * Sends records, a few at a time, and gives in their order those that could be sent within the time.
   * @param least how many are sent however long it takes
   */
  async analyzeAll(records: readonly Telemetry[], withinMs: number, least = 0): Promise<Judged[]> {
    const endMs = performance.now() + withinMs
    const judged: Judged[] = []
    for (let from = 0; from < records.length; from += AT_A_TIME) {
      if (from >= least && performance.now() > endMs) break
      const few = records.slice(from, from + AT_A_TIME)
      judged.push(...(await Promise.all(few.map((record) => this.#analyze(record)))))
    }
    return judged
  }

  async #analyze(record: Telemetry): Promise<Judged> {
    return { record, answer: await this.#ask('/analyze-flow?detail=true', JSON.stringify(record)) }
  }

  async #ask<Answer>(path: string, body?: string): Promise<Answer> {
    const { status, text } = await this.#fetch(path, body).catch((error: unknown) => {
      throw new DemoError(
        `No service answers at ${this.url} (${reasonOf(error)}). Start one with "npm start", or name another in SENTINEL_URL.`,
      )
    })
    if (status === 401) throw new DemoError(`${this.url} asks for a token: put it into SENTINEL_API_TOKEN.`)
    try {
      if (status === 200) return JSON.parse(text) as Answer
    } catch {}
    throw new DemoError(`${this.url}${path} answers ${status}: ${text.slice(0, 200).replace(/\s+/g, ' ')}`)
  }

  async #fetch(path: string, body: string | undefined): Promise<{ status: number; text: string }> {
    const response = await fetch(this.url + path, {
      ...(body !== undefined && { method: 'POST', body }),
      headers: this.#headers,
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    return { status: response.status, text: await response.text() }
  }
}

/** What `fetch` failed for: the code of the connection, where there is one. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string } }
  return cause?.code ?? message
}
