import type { Judgement, Sentinel } from '../sentinel.js'
import type { AdapterCounts } from './counts.js'

export type { AdapterCounts } from './counts.js'

/** What a sidecar says of a record that is an anomaly. */
export interface ReportedVerdict {
  readonly anomaly: {
    /** Under which GET /anomalies/{id} of the sidecar knows it. */
    readonly id: string
    readonly action: 'observe' | 'throttle' | 'freeze'
    readonly reason: string
    /** How sure it is that the record is no ordinary one, 0 to 1. */
    readonly confidence: number
  }
}

/** What is said of a request: judged in process, everything; by a sidecar, which anomaly it is. */
export type RequestVerdict = Judgement | ReportedVerdict

interface CommonOptions<Request> {
  /**
   * Hears what is said of a request: in process of each, some ms after it was answered at most; of what is reported to a sidecar,
   * of the anomalies, when it has answered the batch. What it throws is counted and goes no further.
   * @param request the framework's own: Fastify's and Express' request, Hono's and Koa's context
   */
  readonly onVerdict?: (verdict: RequestVerdict, request: Request) => void
  /**
   * Statuses from 400 to 499 that count as errors. 401, 403, 404 and 429 in great numbers are what guessing of
   * passwords and scanning look like. Default: none; 5xx, aborted and broken answers always count.
   */
  readonly errorStatuses?: readonly number[]
}

/** Judge in process. The sentinel stays yours: close it when the application has closed. */
export interface InProcessOptions<Request> extends CommonOptions<Request> {
  readonly sentinel: Sentinel
  readonly report?: never
}

/** Report to a sidecar, in batches, without waiting for it. */
export interface ReportOptions<Request> extends CommonOptions<Request> {
  readonly sentinel?: never
  /** `http://host:port`, with a path where a proxy wants one; `unix:/path/of/the.sock`. */
  readonly report: string
  /** What SENTINEL_API_TOKEN of the sidecar says. */
  readonly token?: string | undefined
  /** Records kept while the sidecar is busy or away; what comes on top is dropped and counted. Default: 10,000. */
  readonly queueMax?: number
}

export type AdapterOptions<Request> = InProcessOptions<Request> | ReportOptions<Request>

/** What an adapter gives beside the middleware itself. */
export interface RequestWatch {
  readonly counts: Readonly<AdapterCounts>
  /** Sends what is still to be reported, for two seconds at most. Never rejects. */
  close(): Promise<void>
}

/** @throws TypeError naming what is none @internal */
export function checkedErrorStatuses(statuses: readonly number[] = []): ReadonlySet<number> {
  const wrong = statuses.find((status) => !(Number.isInteger(status) && status >= 400 && status < 500))
  if (wrong !== undefined)
    throw new TypeError(`errorStatuses are whole numbers from 400 to 499; ${wrong} is none`)
  return new Set(statuses)
}
