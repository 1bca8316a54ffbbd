import { setTimeout as sleep } from 'node:timers/promises'
import { newCounts } from '../../adapters/counts.js'
import { Reporter } from '../../adapters/report/reporter.js'
import { nextTurn } from '../../runtime/timers.js'
import type { Telemetry, TelemetryRecord } from '../../telemetry/record.js'
import { recordTimeMs } from '../../telemetry/record-clock.js'
import type { JudgingDetector } from '../history/judging-detector.js'
import type { WatchAlert } from './alert.js'

/** What became of the records. */
export interface WatchCounts {
  readonly judged: number
  /** Refused by the sentinel they were sent to. */
  readonly refused: number
  readonly alerts: number
  /** Those that no sentinel has judged, because it was away or busy for too long. */
  readonly lost: number
}

/** Who judges the records. */
export interface Destination {
  take(file: string, record: TelemetryRecord): void
  /** Whether `room` is to be awaited before the next record is taken, so that none is lost. */
  readonly full: boolean
  /** To be awaited now and then: lets what is to happen meanwhile happen, and whoever is slower catch up. */
  room(): Promise<void>
  readonly counts: WatchCounts
  /** Ends in order: what is left is judged, as far as that can be. */
  close(): Promise<void>
}

export type OnAlert = (alert: WatchAlert) => void

/** Judges in the process, each record at the time that it says itself. */
export function judgedHere({ detector, close }: JudgingDetector, onAlert: OnAlert): Destination {
  const counts = { judged: 0, refused: 0, alerts: 0, lost: 0 }
  return {
    counts,
    full: false,
    take(file, record) {
      const atMs = recordTimeMs(detector.telemetry.timestampOf(record))
      const judgement = detector.judge(record, atMs === null ? undefined : { atMs })
      if (judgement === null) return
      counts.judged++
      if (judgement.anomaly === null) return
      counts.alerts++
      const { action, reason, confidence } = judgement.anomaly
      // Without a language model a reason is there at once.
      onAlert({ file, record, action, reason: String(reason), confidence, id: null })
    },
    room: nextTurn,
    close,
  }
}

/** Records that wait for a sentinel which answers, before reading waits for it, too. */
const HELD_AT = 2_048
const LOOK_MS = 20
/** Whoever ends a log waits for what is left of it to be judged. */
const CLOSE_MS = 30_000

export interface SentOptions {
  readonly to: string
  /** Which of its detectors judges; null for the one where nobody says which. */
  readonly detectorName: string | null
  readonly token: string
  readonly bufferMax: number
  /** Told why, when it begins to answer nothing of use. */
  readonly onFailure: (why: string) => void
  /** Told what it says where it has no such detector. */
  readonly onUnknownDetector: (why: string) => void
}

/**
 * Sends to a running sentinel, in batches. While it answers nothing is lost: reading waits for it. While it is away
 * reading goes on, and what the buffer does not hold is lost and counted.
 */
export function sentTo(options: SentOptions, onAlert: OnAlert): Destination {
  const { to, detectorName, token, bufferMax, onFailure, onUnknownDetector } = options
  const counted = newCounts()
  const reporter = new Reporter<{ readonly file: string; readonly record: TelemetryRecord }>({
    report: to,
    token,
    queueMax: bufferMax,
    sendsAgain: true,
    closeMs: CLOSE_MS,
    onFailure,
    ...(detectorName !== null && { detector: detectorName, onUnknownDetector }),
    counts: counted,
    tell: ({ anomaly }, { file, record }) => {
      // What a sidecar says is an anomaly, and no judgement of this process.
      if (anomaly === null) return
      const { id, action, reason, confidence } = anomaly
      onAlert({ file, record, action, reason: String(reason), confidence, id })
    },
  })
  if (detectorName !== null) void reporter.greet()
  const heldAt = Math.min(HELD_AT, bufferMax)
  const isFull = (): boolean => reporter.waiting >= heldAt && reporter.answers
  return {
    get full() {
      return isFull()
    },
    get counts() {
      const { judged, broken, anomalies, overflowed, unanswered } = counted
      return { judged, refused: broken, alerts: anomalies, lost: overflowed + unanswered }
    },
    take: (file, record) => reporter.take(record as Telemetry, { file, record }),
    async room() {
      while (isFull()) await sleep(LOOK_MS)
      await nextTurn()
    },
    async close() {
      // The connection alone keeps no process alive.
      const awake = setInterval(() => {}, LOOK_MS)
      await reporter.close()
      clearInterval(awake)
    },
  }
}
