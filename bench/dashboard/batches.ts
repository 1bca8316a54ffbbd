import { setTimeout as sleep } from 'node:timers/promises'
import { ordinaryBodies } from '../http/traffic.js'

const RECORDS_A_BATCH = 500

/** Records for a service, as batches at a steady rate. */
export class Batches {
  readonly #url: string
  readonly #everyMs: number
  readonly #body: string
  #timer: NodeJS.Timeout | null = null
  readonly #underWay = new Set<Promise<void>>()

  constructor(base: string, perSecond: number) {
    this.#url = `${base}analyze-flow/batch?answer=summary`
    this.#everyMs = (1000 * RECORDS_A_BATCH) / perSecond
    const bodies = ordinaryBodies()
    this.#body = Array.from({ length: RECORDS_A_BATCH }, (_, i) => bodies[i % bodies.length]).join('\n')
  }

  start(): void {
    this.#timer = setInterval(() => {
      const sent = this.#send().finally(() => this.#underWay.delete(sent))
      this.#underWay.add(sent)
    }, this.#everyMs)
  }

  /** Lets them come for so long. */
  run(seconds: number): Promise<void> {
    return sleep(1000 * seconds)
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await Promise.all(this.#underWay)
  }

  /** Where the service says that it is busy, the batch is lost: the rate is what the machine bears. */
  async #send(): Promise<void> {
    const headers = { 'content-type': 'application/x-ndjson' }
    const answer = await fetch(this.#url, { method: 'POST', headers, body: this.#body })
    await answer.arrayBuffer()
    if (!answer.ok && answer.status !== 429 && answer.status !== 503) throw new Error(`HTTP ${answer.status}`)
  }
}
