import type { Registry } from 'prom-client'
import type { TrainerFaultKind } from '../../detector/training/trainer-options.js'
import { ScrapedMetrics } from './scraped-metrics.js'

/** Why a request was refused before it was routed. */
const REFUSALS = ['host', 'origin', 'token', 'rate', 'load'] as const
export type Refusal = (typeof REFUSALS)[number]

/** Counts what the service refuses and what it recovers from; plain numbers, collected at the scrape. */
export class ProtectionMetrics {
  readonly refused: Record<Refusal, number> = { host: 0, origin: 0, token: 0, rate: 0, load: 0 }
  readonly trainerFaults: Record<TrainerFaultKind, number> = { crash: 0, hang: 0, memory: 0, start: 0 }
  readonly stateSaves = { ok: 0, failed: 0 }
  replayedAnswers = 0
  droppedConnections = 0
  droppedLogLines = 0
  /** When the state on disk was written, Unix time in seconds; 0 before the first time. */
  stateSavedAt = 0

  constructor(registry: Registry) {
    const scraped = new ScrapedMetrics(registry)
    const labelled = (name: string, help: string, label: string, counts: Record<string, number>): void =>
      scraped.counters(name, help, [label], () =>
        Object.entries(counts).map(([value, count]) => [{ [label]: value }, count]),
      )
    labelled(
      'sentinel_refused_requests_total',
      'Requests refused before they were read, by reason.',
      'reason',
      this.refused,
    )
    labelled(
      'sentinel_trainer_faults_total',
      'Failures of the trainer thread, by kind; a new thread takes over.',
      'kind',
      this.trainerFaults,
    )
    labelled(
      'sentinel_state_saves_total',
      'Times the state was written, by outcome.',
      'outcome',
      this.stateSaves,
    )
    scraped.counter(
      'sentinel_replayed_answers_total',
      'Repeated requests that got their first answer.',
      () => this.replayedAnswers,
    )
    scraped.counter(
      'sentinel_dropped_connections_total',
      'Connections closed because too many were open.',
      () => this.droppedConnections,
    )
    scraped.counter(
      'sentinel_dropped_log_lines_total',
      'Log lines that could not be written.',
      () => this.droppedLogLines,
    )
    scraped.gauge(
      'sentinel_state_saved_timestamp_seconds',
      'When the state was last written, Unix time; 0 if it never was.',
      () => this.stateSavedAt,
    )
  }
}
