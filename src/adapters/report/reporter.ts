import { type Timer, unrefTimer } from '../../runtime/timers.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { AdapterCounts } from '../counts.js'
import type { ReportedVerdict } from '../options.js'
import { errorIn, readBatchAnswer } from './batch-answer.js'
import { type Post, postTo, type SidecarAnswer } from './post.js'
import { sidecarAddress } from './sidecar-address.js'

export interface ReporterOptions<Request> {
  readonly report: string
  /** Which of the sidecar's detectors judges; default: `default`. */
  readonly detector?: string | undefined
  readonly token?: string | undefined
  readonly queueMax?: number
  /**
   * Whether a batch without an answer is sent again, under a key by which the sidecar judges it once. Default: no, for
   * nobody is to wait for it.
   */
  readonly sendsAgain?: boolean
  /** How long a close may take, ms. Default: as long as a service that stops may wait. */
  readonly closeMs?: number
  readonly counts: AdapterCounts
  /** Told why a batch was not taken, where the one before it was. */
  readonly onFailure?: (why: string) => void
  /** Told what the sidecar says where it has no such detector, which is no passing failure. */
  readonly onUnknownDetector?: (why: string) => void
  /** Hears of anomalies; null when nobody wants to. Does not throw. */
  readonly tell: ((verdict: ReportedVerdict, request: Request) => void) | null
}

export const QUEUE_MAX = 10_000
/** A batch is sent when it has so many records, or its first one has waited so long. */
const BATCH_RECORDS = 256
const BATCH_WAIT_MS = 200
const TIMEOUT_MS = 5_000
const CLOSE_MS = 2_000
/** After a batch that was not taken the next one waits this long, doubled with every further one up to the second. */
const FIRST_PAUSE_MS = 250
const LAST_PAUSE_MS = 30_000

/** What is sent at a time. */
interface Batch<Request> {
  readonly records: readonly Telemetry[]
  readonly requests: readonly Request[]
  readonly key: string | undefined
}

/**
 * Sends records to a sidecar without anybody waiting for it: in batches, one at a time, in order. A sidecar that is
 * away or slow costs a queue of bounded length, and what does not fit is counted. A batch without an answer may have been
 * judged: it is sent again only where that is asked for. One that was turned away (429, 503) always is.
 */
export class Reporter<Request> {
  readonly #options: ReporterOptions<Request>
  readonly #post: Post
  readonly #queueMax: number
  #records: Telemetry[] = []
  /** Beside the records, where anybody wants to hear of them. */
  #requests: Request[] = []
  /** The batch that is to be sent again before all others. */
  #again: Batch<Request> | null = null
  #sending: Promise<void> | null = null
  #timer: Timer | null = null
  #failures = 0
  #closing = false
  /** Records of the batch that is on its way. */
  #underway = 0
  #dropped = false
  /** Whether the sidecar has no such detector. */
  #refused = false

  /** @throws TypeError for an address that cannot be meant */
  constructor(options: ReporterOptions<Request>) {
    const { report, token, tell, detector, queueMax = QUEUE_MAX } = options
    if (!(Number.isInteger(queueMax) && queueMax >= 1))
      throw new TypeError(`queueMax is a whole number of at least 1; ${queueMax} is none`)
    this.#options = options
    this.#queueMax = queueMax
    const address = sidecarAddress(report, tell === null ? 'summary' : 'anomalies', detector)
    this.#post = postTo(address, token, TIMEOUT_MS)
  }

  /** Records that wait to be sent. */
  get waiting(): number {
    return this.#records.length + (this.#again?.records.length ?? 0)
  }

  /** Whether the last batch was taken. */
  get answers(): boolean {
    return this.#failures === 0
  }

  take(record: Telemetry, request: Request): void {
    const { counts, tell } = this.#options
    if (this.#closing) {
      counts.unanswered++
      return
    }
    if (this.#records.length >= this.#queueMax) {
      counts.overflowed++
      return
    }
    this.#records.push(record)
    if (tell !== null) this.#requests.push(request)
    if (this.#sending !== null) return
    if (this.#records.length === BATCH_RECORDS && this.#failures === 0) this.#send()
    else if (this.#timer === null) this.#sendIn(this.#pauseMs())
  }

  /** Asks ahead of the first record whether there is the detector. Never rejects. */
  async greet(): Promise<void> {
    const answer = await this.#post('').catch(() => null)
    if (answer !== null) this.#isUnknown(answer)
  }

  /** Sends what is left, for as long as a stop may take; what is left then counts as unanswered. */
  async close(): Promise<void> {
    this.#closing = true
    const { closeMs = CLOSE_MS } = this.#options
    const late = new Promise<void>((resolve) => unrefTimer(setTimeout(resolve, closeMs)))
    await Promise.race([this.#drain(), late])
    this.#drop()
  }

  async #drain(): Promise<void> {
    await this.#sending
    // It may be there again, though nobody has looked since.
    let looks = this.#options.sendsAgain === true ? 1 : 0
    while (this.waiting > 0 && (this.answers || looks-- > 0)) {
      this.#send()
      await this.#sending
    }
  }

  #sendIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#send()
    }, ms)
    unrefTimer(this.#timer)
  }

  #send(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#sending !== null || this.waiting === 0) return
    this.#sending = this.#sendBatch().finally(() => {
      this.#sending = null
      if (this.waiting > 0 && !this.#closing) this.#sendIn(this.#pauseMs())
    })
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#again ?? this.#nextBatch()
    this.#again = null
    const { records, requests, key } = batch
    const { sendsAgain = false, counts } = this.#options
    let answer: SidecarAnswer
    this.#underway = records.length
    try {
      answer = await this.#post(records.map((record) => JSON.stringify(record)).join('\n'), key)
    } catch (error) {
      if (this.#dropped) return
      this.#failed((error as Error).message)
      if (sendsAgain) this.#again = batch
      else counts.unanswered += records.length
      return
    } finally {
      if (!this.#dropped) this.#underway = 0
    }
    // It was counted as unanswered when the time was up.
    if (this.#dropped) return
    const { status, body } = answer
    if (status === 200) {
      this.#failures = 0
      this.#heard(body, records.length, requests)
      return
    }
    if (!this.#isUnknown(answer)) this.#failed(`it answers ${status}`)
    if (sendsAgain && (status === 429 || status >= 500)) this.#again = batch
    else if (status === 429 || status === 503) this.#putBack(records, requests)
    else counts.unanswered += records.length
  }

  #nextBatch(): Batch<Request> {
    const records = this.#records.splice(0, BATCH_RECORDS)
    const requests = this.#requests.splice(0, BATCH_RECORDS)
    return { records, requests, key: this.#options.sendsAgain ? crypto.randomUUID() : undefined }
  }

  /** Whether there is no such detector, which is told once. */
  #isUnknown({ status, body }: SidecarAnswer): boolean {
    const { onUnknownDetector } = this.#options
    if (status !== 404 || onUnknownDetector === undefined) return false
    if (!this.#refused) onUnknownDetector(errorIn(body) ?? `it answers ${status}`)
    this.#refused = true
    return true
  }

  #failed(why: string): void {
    if (this.answers) this.#options.onFailure?.(why)
    this.#failures++
  }

  #heard(body: string, sent: number, requests: readonly Request[]): void {
    const { counts, tell } = this.#options
    const { accepted, rejected, threats, anomalies } = readBatchAnswer(body)
    counts.judged += accepted
    counts.broken += rejected
    counts.anomalies += threats
    counts.unanswered += Math.max(0, sent - accepted - rejected)
    if (tell === null) return
    for (const { line, id, action, reason, confidence } of anomalies) {
      const request = requests[line - 1]
      if (request !== undefined) tell({ anomaly: { id, action, reason, confidence } }, request)
    }
  }

  /** Newer ones have to make room: what happened first is what led to the rest. */
  #putBack(records: readonly Telemetry[], requests: readonly Request[]): void {
    this.#records = [...records, ...this.#records]
    this.#requests = [...requests, ...this.#requests]
    const above = Math.max(0, this.#records.length - this.#queueMax)
    this.#options.counts.overflowed += above
    this.#records.splice(this.#records.length - above)
    this.#requests.splice(Math.max(0, this.#requests.length - above))
  }

  #drop(): void {
    this.#options.counts.unanswered += this.waiting + this.#underway
    this.#dropped = true
    this.#again = null
    this.#records = []
    this.#requests = []
  }

  /** A full batch goes at once; with an ailing sidecar there is a pause, longer each time. */
  #pauseMs(): number {
    if (this.#failures === 0) return this.#records.length >= BATCH_RECORDS ? 0 : BATCH_WAIT_MS
    return Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LAST_PAUSE_MS)
  }
}
