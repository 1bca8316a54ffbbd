import { Sentinel, type SentinelOptions } from '#sentinel/sentinel.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { attacked } from './recipes.js'
import { codeRunnerTraffic, type RoutedRecord } from './traffic.js'

const SECOND_MS = 1000
const RUNAWAY = { name: 'code that runs away', latency: 14, inputLength: 1, errors: 2 }

/** A sentinel whose clock can be set back: it sees minutes of traffic in a moment, and then goes on with the present. */
export class Lived {
  readonly sentinel: Sentinel
  readonly #clock: { behindMs: number }

  private constructor(sentinel: Sentinel, clock: { behindMs: number }) {
    this.sentinel = sentinel
    this.#clock = clock
  }

  static async create(options: SentinelOptions = {}): Promise<Lived> {
    const clock = { behindMs: 0 }
    const detector = { fit: 'sync' as const, ...options.detector }
    const sentinel = await Sentinel.create({ ...options, detector, clock: () => Date.now() - clock.behindMs })
    return new Lived(sentinel, clock)
  }

  /** Has it judge records that came at even distances from some seconds ago to some seconds ago. */
  live(records: readonly Telemetry[], fromSecondsAgo: number, toSecondsAgo = 0): void {
    const span = fromSecondsAgo - toSecondsAgo
    for (const [i, record] of records.entries()) {
      this.#clock.behindMs = SECOND_MS * (fromSecondsAgo - (span * i) / records.length)
      this.sentinel.judge(record)
    }
    this.#clock.behindMs = 0
  }
}

/** Ordinary traffic of a service that runs code, at a pace that rises and falls. */
export function ordinaryMinutes(minutes: number, aMinute: number, seed = 42): RoutedRecord[] {
  return codeRunnerTraffic(minutes * aMinute, seed)
}

/** Requests of one route that run away. */
export function runaway(count: number, seed = 5): RoutedRecord[] {
  return codeRunnerTraffic(4 * count, seed)
    .filter(({ route }) => route === '/run')
    .slice(0, count)
    .map((record) => ({ ...attacked(record, RUNAWAY), route: record.route, label: 1 }))
}
