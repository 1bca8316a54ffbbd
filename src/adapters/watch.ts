import { keepTickShape } from '../runtime/tick-shape.js'
import { Turn } from '../runtime/turn.js'
import type { Sentinel } from '../sentinel.js'
import { type Exchange, recordOf } from '../telemetry/exchange.js'
import type { Telemetry } from '../telemetry/record.js'
import { type AdapterCounts, newCounts } from './counts.js'
import {
  type AdapterOptions,
  checkedErrorStatuses,
  type RequestVerdict,
  type RequestWatch,
} from './options.js'
import { Reporter } from './report/reporter.js'

/** Where records go: a sentinel in the process, or a sidecar. Neither throws. */
interface Destination<Request> {
  take(record: Telemetry, request: Request): void
  close(): Promise<void>
}

/**
 * What all adapters share: it makes a record of each exchange, hands it on and counts. Nothing that goes wrong here
 * reaches the application.
 */
export class Watch<Request> implements RequestWatch {
  readonly counts = newCounts()
  readonly #errorStatuses: ReadonlySet<number>
  readonly #destination: Destination<Request>

  /** @throws TypeError for options that cannot be meant: at the start of the application, not with a request */
  constructor(options: AdapterOptions<Request>) {
    const { sentinel, report, onVerdict, errorStatuses } = options
    if ((sentinel === undefined) === (report === undefined))
      throw new TypeError(
        'give either `sentinel`, to judge in process, or `report`, the address of a sidecar',
      )
    this.#errorStatuses = checkedErrorStatuses(errorStatuses)
    keepTickShape()
    const tell = onVerdict === undefined ? null : this.#guarded(onVerdict)
    this.#destination =
      sentinel === undefined
        ? new Reporter<Request>({ ...options, counts: this.counts, tell })
        : inProcess(sentinel, this.counts, tell)
  }

  /** To be called once for each request. */
  ended(exchange: Exchange, route: string | undefined, request: Request): void {
    try {
      this.#destination.take(recordOf(exchange, route, this.#errorStatuses), request)
    } catch {
      this.counts.broken++
    }
  }

  async close(): Promise<void> {
    await this.#destination.close()
  }

  #guarded(onVerdict: (verdict: RequestVerdict, request: Request) => void) {
    return (verdict: RequestVerdict, request: Request): void => {
      try {
        // An asynchronous callback may reject; nobody waits for it.
        const done: unknown = onVerdict(verdict, request)
        if (done instanceof Promise) done.catch(() => this.counts.callbackErrors++)
      } catch {
        this.counts.callbackErrors++
      }
    }
  }
}

/** Requests that are judged one after the other, as long as others come: each then takes half as long as by itself. */
const JUDGED_TOGETHER = 64

function inProcess<Request>(
  sentinel: Sentinel,
  counts: AdapterCounts,
  tell: ((verdict: RequestVerdict, request: Request) => void) | null,
): Destination<Request> {
  const judge = ({ record, request }: { readonly record: Telemetry; readonly request: Request }): void => {
    try {
      const judgement = sentinel.judge(record)
      if (judgement === null) {
        counts.unanswered++
        return
      }
      counts.judged++
      if (judgement.anomaly !== null) counts.anomalies++
      tell?.(judgement, request)
    } catch {
      counts.broken++
    }
  }
  const turn = new Turn(judge, JUDGED_TOGETHER)
  return {
    take: (record, request) => turn.add({ record, request }),
    async close() {
      turn.flush()
    },
  }
}
