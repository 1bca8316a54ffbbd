import { onTestFinished } from 'vitest'
import { type Judgement, Sentinel, type SentinelOptions } from '#sentinel/sentinel.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'

/** The service's own. */
const RULES = { latency: 5000, input_length: 10_000, errors: 5 }
const GAP_MS = 20
/** Records from fit to fit, by default. */
export const RETRAIN_EVERY = 50

/**
 * A sentinel with a clock of its own, fifty records a second, and each fit at the record that makes it due. It is closed
 * with the test.
 */
export class Watched {
  readonly sentinel: Sentinel
  readonly #clock: { ms: number }

  private constructor(sentinel: Sentinel, clock: { ms: number }) {
    this.sentinel = sentinel
    this.#clock = clock
  }

  static async create(options: SentinelOptions = {}, startMs = 1_767_225_600_000): Promise<Watched> {
    const clock = { ms: startMs }
    const detector = { rules: RULES, fit: 'sync' as const, ...options.detector }
    const sentinel = await Sentinel.create({ ...options, detector, clock: () => clock.ms })
    onTestFinished(() => sentinel.close())
    return new Watched(sentinel, clock)
  }

  get nowMs(): number {
    return this.#clock.ms
  }

  /** Judges records one after the other, each by the forest that is due then. */
  async judge(records: readonly Telemetry[]): Promise<Judgement[]> {
    const judgements: Judgement[] = []
    for (const record of records) {
      this.#clock.ms += GAP_MS
      judgements.push(this.sentinel.judge(record) as Judgement)
    }
    return judgements
  }

  async judgeOne(record: Telemetry): Promise<Judgement> {
    const [judgement] = await this.judge([record])
    return judgement as Judgement
  }
}
