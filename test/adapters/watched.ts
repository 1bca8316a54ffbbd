import type { AddressInfo } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import type { RequestVerdict } from '#sentinel/adapters/options.js'
import { Sentinel } from '#sentinel/sentinel.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import type { Gate, StartSubject, Subject } from './frameworks/index.mjs'

/** An application that judges in process, and the records that its sentinel was given. */
export class WatchedApp {
  readonly records: Telemetry[] = []
  readonly verdicts: { verdict: RequestVerdict; request: unknown }[]
  readonly port: number
  readonly subject: Subject
  readonly sentinel: Sentinel
  /** Resolves when a handler that waits has been reached. */
  readonly reached: Promise<void>
  readonly open: () => void

  private constructor(
    subject: Subject,
    sentinel: Sentinel,
    seen: Pick<WatchedApp, 'verdicts' | 'reached' | 'open'>,
  ) {
    this.subject = subject
    this.sentinel = sentinel
    this.port = (subject.server.address() as AddressInfo).port
    this.verdicts = seen.verdicts
    this.reached = seen.reached
    this.open = seen.open
  }

  static async start(
    start: StartSubject,
    options: { errorStatuses?: readonly number[] } = {},
  ): Promise<WatchedApp> {
    const sentinel = await Sentinel.create()
    const [opened, open] = signal()
    const [reached, reach] = signal()
    const gate: Gate = { opened, reached: reach }
    const verdicts: { verdict: RequestVerdict; request: unknown }[] = []
    const onVerdict = (verdict: RequestVerdict, request: unknown) => void verdicts.push({ verdict, request })
    const subject = await start({ ...options, sentinel, onVerdict }, gate)
    const app = new WatchedApp(subject, sentinel, { verdicts, reached, open })
    const judge = sentinel.judge.bind(sentinel)
    vi.spyOn(sentinel, 'judge').mockImplementation((record, asked) => {
      app.records.push(record as Telemetry)
      return judge(record, asked)
    })
    onTestFinished(async () => {
      open()
      await subject.close()
      await sentinel.close()
    })
    return app
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  /** The records, once there are so many: what is judged is judged after the answer. */
  async seen(count: number): Promise<Telemetry[]> {
    await vi.waitFor(() => {
      if (this.records.length < count) throw new Error(`${this.records.length} of ${count} records`)
    }, WAIT)
    return this.records
  }
}

/** However busy the machine is. */
export const WAIT = { timeout: 20_000, interval: 5 }

export function signal(): [Promise<void>, () => void] {
  let release = (): void => {}
  const promise = new Promise<void>((resolve) => {
    release = resolve
  })
  return [promise, release]
}
