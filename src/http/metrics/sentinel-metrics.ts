import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Action } from '../../alerts/incidents/incident.js'
import type { IncidentEvent } from '../../alerts/incidents/incident-event.js'
import { leadingFeature } from '../../alerts/leading-feature.js'
import type { Detector, FitReport } from '../../detector/detector.js'
import type { TrainerFault } from '../../detector/training/trainer-options.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import { type BreakerState, LLM_FAILURES, type LlmOutcome } from '../../explain/llm/outcome.js'
import type { FleetFigures } from '../../fleet/fleet-figures.js'
import type { Judgement, SentinelListener } from '../../sentinel.js'
import { FEATURES } from '../../telemetry/features.js'
import { type AlertFigures, AlertMetrics } from './alert-metrics.js'
import { showDetectorMetrics } from './detector-metrics.js'
import { showFleetMetrics } from './fleet-metrics.js'
import { ProtectionMetrics } from './protection-metrics.js'
import { ScrapedMetrics } from './scraped-metrics.js'
import { TallyHistogram } from './tally-histogram.js'
import { WebhookMetrics } from './webhook-metrics.js'

/** Paths nobody registered share this label: a scanner must not be able to grow the metrics. */
export const UNMATCHED = 'unmatched'

/** The requests of one route and method so far; plain, because every request touches it. */
export interface RequestTally {
  count: number
}

const BREAKER_VALUE: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 0.5, open: 1 }

/**
 * Every metric of one app, in a registry of its own. What the hot path counts are plain numbers that are
 * collected at the scrape. Counters begin at 0 with the process and are no part of the state: restored ones would be
 * a little behind after a crash, which Prometheus takes for a reset and adds all of them again.
 */
export class SentinelMetrics implements SentinelListener {
  /** Where all of it can be read; other metrics may be added to it. */
  readonly registry = new Registry()
  /** @internal */
  readonly protection = new ProtectionMetrics(this.registry)
  /** To be handed to the webhook as its listener. */
  readonly webhook = new WebhookMetrics(this.registry)
  /** Records answered `THREAT_DETECTED` so far. */
  anomalies = 0
  /** Health checks that found something wrong so far. */
  healthCheckFails = 0
  /** When the last fit that succeeded ended, Unix time in seconds; 0 before the first. */
  lastFitAt = 0

  readonly #alerts: AlertMetrics
  readonly #scraped = new ScrapedMetrics(this.registry)
  readonly #tallies = new Map<string, { labels: { endpoint: string; method: string }; tally: RequestTally }>()
  #detector: Detector | null = null
  #fleet: FleetFigures | null = null
  readonly #score: TallyHistogram
  readonly #requestSeconds: TallyHistogram
  readonly #fits: Counter<'outcome'>
  readonly #fitSeconds: Histogram
  readonly #llmRequests: Counter<'outcome'>
  readonly #llmFailures: Counter
  readonly #llmSeconds: Histogram
  readonly #breaker: Gauge

  /** Fields of records that nothing is made of, each counted once; of those beyond 50 one. */
  ignoredFields = 0
  /** Records that were not judged, as they lack what they would be judged by. */
  skippedRecords = 0

  /** @param features names of what is watched; default: of requests */
  constructor(features: readonly string[] = FEATURES.map(({ name }) => name)) {
    const registers = [this.registry]
    this.#alerts = new AlertMetrics(this.registry, features)
    collectDefaultMetrics({ register: this.registry })
    this.#countRequests()
    this.#showDetector()
    this.#scraped.gauge(
      'sentinel_memory_mb',
      'Resident memory of the process, in MiB.',
      () => process.memoryUsage.rss() / 2 ** 20,
    )
    this.#requestSeconds = new TallyHistogram(
      {
        name: 'sentinel_request_duration_seconds',
        help: 'Time from the arrival of a request to the end of its answer, in seconds.',
        bounds: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      },
      this.registry,
    )
    this.#score = new TallyHistogram(
      {
        name: 'sentinel_score',
        help: 'Anomaly scores given, in (0, 1]; 0.5 is the baseline.',
        bounds: [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1],
      },
      this.registry,
    )
    this.#fits = new Counter({
      name: 'sentinel_model_fits_total',
      help: 'Fits of the forest, by outcome.',
      labelNames: ['outcome'],
      registers,
    })
    this.#fitSeconds = new Histogram({
      name: 'sentinel_model_fit_duration_seconds',
      help: 'How long a fit of the forest took, in seconds.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    })
    this.#llmRequests = new Counter({
      name: 'sentinel_llm_requests_total',
      help: 'Explanations asked of the language model, by outcome.',
      labelNames: ['outcome'],
      registers,
    })
    this.#llmFailures = new Counter({
      name: 'sentinel_llm_failures_total',
      help: 'Explanations that the language model did not give.',
      registers,
    })
    this.#llmSeconds = new Histogram({
      name: 'sentinel_llm_request_duration_seconds',
      help: 'How long the language model took, in seconds.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
      registers,
    })
    this.#breaker = new Gauge({
      name: 'sentinel_llm_breaker_open',
      help: 'Whether the language model is being left alone: 0 no, 0.5 being tried again, 1 yes.',
      registers,
    })
    for (const outcome of ['ok', 'failed']) this.#fits.inc({ outcome }, 0)
  }

  /** Names the detector whose state the gauges show. */
  watch(detector: Detector): void {
    this.#detector = detector
  }

  /** Names the features that are watched from now on. @internal */
  expect(features: readonly string[]): void {
    this.#alerts.expect(features)
  }

  /** Says where the gauges of alerts and incidents read. @internal */
  showAlerts(figures: AlertFigures): void {
    this.#alerts.show(figures)
  }

  /** Says whose figures are shown by detector; there are none without. @internal */
  showDetectors(detectors: readonly NamedDetector[]): void {
    showDetectorMetrics(this.registry, detectors)
  }

  /** Says where the figures of a fleet are read; there are none without. @internal */
  showFleet(figures: FleetFigures): void {
    if (this.#fleet === null) showFleetMetrics(this.registry, () => this.#fleet ?? figures)
    this.#fleet = figures
  }

  /** Counts an alert; `feature` is the one that stands out most, null where none does. @internal */
  alerted(action: Action, feature: string | null): void {
    this.#alerts.countAlerts(action, feature, 1)
  }

  /** Counts an incident; `feature` is the one that stands out most, null where none does. @internal */
  incidentOpened(feature: string | null): void {
    this.#alerts.countIncidents(feature, 1)
  }

  /** The tally of a route; call once, when the route is registered, and count on what it returns. @internal */
  tallyOf(endpoint: string, method: string): RequestTally {
    const key = `${method} ${endpoint}`
    const known = this.#tallies.get(key)
    if (known !== undefined) return known.tally
    const tally = { count: 0 }
    this.#tallies.set(key, { labels: { endpoint, method }, tally })
    return tally
  }

  recordJudged({ verdict, anomaly }: Judgement): void {
    this.#score.observe(verdict.score)
    if (anomaly === null) return
    this.anomalies++
    this.alerted(anomaly.action, anomaly.feature ?? leadingFeature(verdict))
  }

  recordSkipped(): void {
    this.skippedRecords++
  }

  fieldIgnored(): void {
    this.ignoredFields++
  }

  /** @internal */
  incidentChanged({ change, incident }: IncidentEvent): void {
    if (change === 'opened') this.incidentOpened(incident.feature)
  }

  trainerFault({ kind }: TrainerFault): void {
    this.protection.trainerFaults[kind]++
  }

  stateSaved(outcome: 'ok' | 'failed'): void {
    this.protection.stateSaves[outcome]++
    if (outcome === 'ok') this.protection.stateSavedAt = Date.now() / 1000
  }

  /** @internal */
  answered(seconds: number): void {
    this.#requestSeconds.observe(seconds)
  }

  modelAdopted(): void {
    this.lastFitAt = Date.now() / 1000
  }

  fitted({ outcome, durationMs }: FitReport): void {
    this.#fits.inc({ outcome })
    this.#fitSeconds.observe(durationMs / 1000)
    if (outcome === 'ok') this.lastFitAt = Date.now() / 1000
  }

  /** Counts what became of the wish for an assessment; `seconds` is null when the model was not asked. */
  llmRequest(outcome: LlmOutcome, seconds: number | null): void {
    this.#llmRequests.inc({ outcome })
    if (LLM_FAILURES.has(outcome)) this.#llmFailures.inc()
    if (seconds !== null) this.#llmSeconds.observe(seconds)
  }

  breakerState(state: BreakerState): void {
    this.#breaker.set(BREAKER_VALUE[state])
  }

  #countRequests(): void {
    this.#scraped.counters(
      'sentinel_requests_total',
      'Requests by route pattern and method.',
      ['endpoint', 'method'],
      () => [...this.#tallies.values()].map(({ labels, tally }) => [labels, tally.count]),
    )
    this.#scraped.counter(
      'sentinel_anomalies_total',
      'Records answered THREAT_DETECTED.',
      () => this.anomalies,
    )
    this.#scraped.counter(
      'sentinel_ignored_fields_total',
      'Fields of records that nothing is declared to be made of; each counts once, and the log names it.',
      () => this.ignoredFields,
    )
    this.#scraped.counter(
      'sentinel_skipped_records_total',
      'Records that were not judged, because they lack a feature that is declared so.',
      () => this.skippedRecords,
    )
    this.#scraped.counter(
      'sentinel_health_check_fails_total',
      'Health checks that failed.',
      () => this.healthCheckFails,
    )
  }

  #showDetector(): void {
    this.#scraped.gauge(
      'sentinel_model_last_fit_timestamp_seconds',
      'When the last fit that succeeded ended, Unix time in seconds; 0 before the first.',
      // A forest that is never fitted, or was before a restart, must not look like one that grew old.
      () => (this.lastFitAt === 0 && this.#detector?.trained ? null : this.lastFitAt),
    )
    const shown = [
      [
        'sentinel_anomaly_rate',
        'Share of the last window that was odd to the forest, 0 to 1.',
        'anomalyRate',
      ],
      ['sentinel_model_generation', 'Which fit of the forest decides; 0 before the first.', 'generation'],
      ['sentinel_history_size', 'Rows in the sliding window.', 'historySize'],
      [
        'sentinel_samples_needed',
        'Records still needed before the first forest; 0 once there is one.',
        'samplesNeeded',
      ],
    ] as const
    for (const [name, help, property] of shown) {
      this.#scraped.gauge(name, help, () => this.#detector?.[property] ?? 0)
    }
  }
}
