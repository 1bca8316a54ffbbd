import type { Activity, ActivityState } from './activity/activity.js'
import type { AlarmState } from './alerts/alarm.js'
import type { IncidentLog } from './alerts/incident-log.js'
import type { Operator } from './alerts/operator.js'
import type { AnomalyLog } from './anomalies/anomaly-log.js'
import type { AnomalyRate } from './detector/anomaly-rate.js'
import type { Detector } from './detector/detector.js'
import type { StateSection, StateValue } from './state/section.js'
import { is } from './state/shape.js'
import type { RecordClock } from './telemetry/record-clock.js'

/** The parts of a sentinel that outlive the process. */
export interface KeptParts {
  readonly detector: Detector
  readonly anomalies: AnomalyLog
  readonly incidents: IncidentLog
  readonly operator: Operator
  readonly answered: AnomalyRate
  readonly activity: Activity
  readonly captureAlarm: () => AlarmState | null
  readonly restoreAlarm: (state: AlarmState | null) => void
  /** Time as the records tell it; null where the clock of the machine does. */
  readonly recordClock: RecordClock | null
}

/**
 * Their sections, in the order in which they are restored: the detector first, because it may refuse a state. The others
 * take over what they can use, and leave out the rest.
 */
export function sectionsOf(parts: KeptParts): StateSection[] {
  const { detector, anomalies, incidents, operator, answered, activity, recordClock } = parts
  return [
    section(
      'detector',
      () => detector.capture(),
      (state) => detector.restore(state),
    ),
    section(
      'anomalies',
      () => anomalies.capture(),
      (list) => anomalies.restore(list),
    ),
    section(
      'operator',
      () => operator.capture(),
      (words) => operator.restore(words),
    ),
    section(
      'incidents',
      () => incidents.capture(),
      (kept) => incidents.restore(kept),
    ),
    section('alerts', parts.captureAlarm, parts.restoreAlarm),
    section(
      'answers',
      () => answered.capture(),
      (flags) => {
        if (flags instanceof Uint8Array) answered.restore(flags)
      },
    ),
    section<ActivityState>(
      'activity',
      () => activity.capture(),
      (state) => activity.restore(state),
    ),
    section(
      'clock',
      () => recordClock?.capture() ?? null,
      (nowMs) => {
        if (is.amount(nowMs)) recordClock?.restore(Number(nowMs))
      },
    ),
  ]
}

/** Changes when there is something new to keep. */
export function revisionOf({ detector, anomalies, incidents, operator }: KeptParts): string {
  const { records, generation } = detector
  return [records, generation, anomalies.newestId, incidents.newestEventId, operator.revision].join()
}

/** How much there is, for the log lines about what was kept or restored. */
export function factsOf({ detector, anomalies, incidents }: KeptParts): object {
  const { records, historySize, generation } = detector
  return { records, historySize, generation, anomalies: anomalies.size, openIncidents: incidents.openCount }
}

/** Plain data all of it; the compiler takes no interface for that. */
function section<Value>(
  name: string,
  capture: () => Value,
  restore: (value: Value) => void,
): StateSection<StateValue> {
  return { name, capture, restore } as unknown as StateSection
}
