import { onTestFinished } from 'vitest'
import type { FeedbackRequest } from '#sentinel/alerts/operator/feedback-note.js'
import type { GuardedState } from '#sentinel/detector/guarded/guarded-state.js'
import { type Judgement, Sentinel, type SentinelOptions } from '#sentinel/sentinel.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { madeUpTraffic } from '../../../made-up/traffic.js'
import { DEFAULTS } from '../../../made-up/trial/replay.js'

export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE
const START = Date.parse('2026-01-01T00:00:00Z')
export const traffic = madeUpTraffic(1500, 3)
/** Far out by its latency alone. */
export const SLOW: Telemetry = { latency: 9000, input_length: 900, errors: 0, route: '/analyze' }
export const EXPECTED: FeedbackRequest = { verdict: 'expected' }
export const THREAT: FeedbackRequest = { verdict: 'threat' }

/** The clock that operators' words go by. */
export const clock = { nowMs: START }
/** What the sentinels wrote to it. */
export const log: { level: string; fields: Record<string, unknown>; message: string }[] = []

/** To be called before each test. */
export function startAfresh(): void {
  clock.nowMs = START
  log.length = 0
}

export async function sentinelOf(options: Partial<SentinelOptions> = {}): Promise<Sentinel> {
  const line = (level: string) => (fields: object, message: string) => {
    log.push({ level, fields: { ...fields }, message })
  }
  const sentinel = await Sentinel.create({
    detector: { ...DEFAULTS, retrainEvery: 1_000_000, contamination: 0.01 },
    // What an operator may say is the same whoever decides; the forest's labels need no long memory first.
    alerts: { mode: 'contamination' },
    clock: () => clock.nowMs,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    ...options,
  })
  onTestFinished(() => sentinel.close())
  return sentinel
}

/** One that has seen ordinary traffic and judges by its first forest. */
export async function taught(n = 600): Promise<Sentinel> {
  const sentinel = await sentinelOf()
  for (const record of traffic.slice(0, 50)) sentinel.judge(record)
  await sentinel.detector.settled()
  for (const record of traffic.slice(50, n)) sentinel.judge(record)
  return sentinel
}

export function alerts(sentinel: Sentinel, record: Telemetry): boolean {
  return (sentinel.judge(record) as Judgement).anomaly !== null
}

export function idOf(sentinel: Sentinel, record: Telemetry): string {
  const { anomaly } = sentinel.judge(record) as Judgement
  if (anomaly === null) throw new Error('it did not alert')
  return anomaly.id
}

/** Latencies of a route that the baseline holds. */
export function known(sentinel: Sentinel, route: string): number[] {
  const { known: store } = sentinel.detector.snapshot().baseline as unknown as GuardedState
  return store.routes.flatMap((name, i) => (name === route ? [store.values[3 * i] as number] : []))
}

export function restarted(sentinel: Sentinel): Promise<Sentinel> {
  const state = decodeState(encodeState(sentinel.snapshot()))
  return sentinelOf().then((other) => {
    other.restore(state)
    return other
  })
}
