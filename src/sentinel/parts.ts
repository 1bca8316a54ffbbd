import { Activity } from '../activity/activity.js'
import { AlertDesk } from '../alerts/alert-desk.js'
import { ALERT_DEFAULTS } from '../alerts/alert-options.js'
import { IncidentLog } from '../alerts/incidents/incident-log.js'
import { IncidentShare } from '../alerts/incidents/incident-share.js'
import { Operator } from '../alerts/operator/operator.js'
import { AnomalyLog } from '../anomalies/anomaly-log.js'
import { AnomalyRate } from '../detector/anomaly-rate.js'
import type { Detector } from '../detector/detector.js'
import { resolveDetectorOptions } from '../detector/options.js'
import { Explainer } from '../explain/explainer.js'
import { incidentSentence } from '../explain/sentence/incident.js'
import { Wording } from '../explain/sentence/phrases.js'
import { IgnoredFields } from '../telemetry/ignored-fields.js'
import { type Clocks, clocksOf } from './clock.js'
import type { Company, Findings, SharedByDetector } from './company.js'
import type { AskedModel, SentinelListener, SentinelLog, SentinelOptions } from './options.js'
import { Reporter } from './reporter.js'

const BY_RULES: AskedModel = {
  mode: 'rules',
  timeoutMs: 2000,
  model: () => Promise.reject(new Error('no language model is set up')),
}
/** Records that the share of alerts is taken over; at one in a thousand, some twenty of them are alerts. */
const SHARE_RECORDS = 20_000

/** Said of the alarm's part of a state: only what was learnt of alerts is lost then. */
export const ALERTS_LOST = 'what was learnt of alerts cannot be used; it is learnt afresh'

/** What a sentinel is put together from. */
export interface SentinelParts extends Findings, SharedByDetector {
  readonly operator: Operator
  readonly desk: AlertDesk
  readonly reporter: Reporter
  /** Share of the last records that were alerted by themselves. */
  readonly answered: AnomalyRate
  readonly clocks: Clocks
  readonly explainMode: AskedModel['mode']
}

/** Where what was found is kept. */
export type FoundLogs = Pick<Findings, 'anomalies' | 'incidents'>

/**
 * The parts around a detector.
 * @param listeners the sentinel's own list: whoever is added later hears, too
 * @param company null for a sentinel by itself
 * @param found the logs of the sentinel whose place it is to take; without one they are new
 */
export function sentinelParts(
  { explain = BY_RULES, anomaliesMax: max, incidentsMax, clock, ...options }: SentinelOptions,
  detector: Detector,
  listeners: readonly SentinelListener[],
  log: SentinelLog,
  company: Company | null,
  found?: FoundLogs,
): SentinelParts {
  const { telemetry } = detector
  const settings = resolveDetectorOptions(options.detector ?? {})
  const words = new Wording(telemetry.features)
  const clocks = clocksOf(clock, telemetry.timed, settings.fit === 'sync')
  const { judging, spoken, wallMs } = clocks
  const shownMs = (): number => judging.shownMs
  const { anomalies, incidents } = company?.findings ?? found ?? newLogs(shownMs, max, incidentsMax)
  const explainer = company?.findings?.explainer ?? explainerOf(explain, listeners, log)
  const origin = company?.origin
  const desk = new AlertDesk({
    detector,
    incidents: origin === undefined ? incidents : new IncidentShare(incidents, origin),
    options: { ...ALERT_DEFAULTS, ...options.alerts },
    policies: settings.policies,
    routesMax: settings.routesMax,
    changeRecords: settings.historyMax,
    minConfidence: settings.minConfidence,
    sentence: (facts) => incidentSentence(facts, words),
    clock: judging,
    wallClock: shownMs,
    onStateLost: (err) => log.error({ ...origin, err }, ALERTS_LOST),
  })
  // No spread: V8 gives each object that begins with one a shape of its own, and every record reads of it.
  return {
    anomalies,
    incidents,
    explainer,
    operator: new Operator({
      ...{ detector, anomalies, incidents, memories: desk, log },
      clock: () => spoken.nowMs,
      wallClock: wallMs,
    }),
    activity:
      company?.detector?.activity ??
      new Activity({
        ...{ features: detector.features.map(({ name }) => name), clock: shownMs },
        told: clocks.records !== null,
      }),
    desk,
    reporter: new Reporter({
      telemetry,
      words,
      anomalies,
      incidents,
      explainer,
      listeners,
      log,
      origin,
      clock: shownMs,
    }),
    ignored:
      company?.detector?.ignored ??
      new IgnoredFields(telemetry.fields, (pointer) => {
        const field = { ...(origin && { detector: origin.detector }), field: pointer }
        log.info(field, 'a field of records that nothing is declared to be made of; it is ignored')
        for (const listener of listeners) listener.fieldIgnored?.(pointer)
      }),
    answered: new AnomalyRate(SHARE_RECORDS),
    clocks,
    explainMode: explain.mode,
  }
}

function newLogs(clock: () => number, max?: number, incidentsMax?: number): FoundLogs {
  const anomalies = new AnomalyLog(max === undefined ? { clock } : { max, clock })
  const { ids } = anomalies
  const incidents = new IncidentLog(incidentsMax === undefined ? { ids } : { ids, max: incidentsMax })
  return { anomalies, incidents }
}

function explainerOf(
  explain: AskedModel,
  listeners: readonly SentinelListener[],
  log: SentinelLog,
): Explainer {
  return new Explainer({
    ...explain,
    listener: {
      llmRequest: (outcome, seconds) => {
        for (const listener of listeners) listener.llmRequest?.(outcome, seconds)
      },
      breakerState: (breaker) => {
        for (const listener of listeners) listener.breakerState?.(breaker)
      },
      modelPresent: (present) => {
        for (const listener of listeners) listener.modelPresent?.(present)
      },
      log,
    },
  })
}
