import type { ActivityState } from '../activity/activity.js'
import type { AlarmState } from '../alerts/alarm.js'
import type { Detector } from '../detector/detector.js'
import { settled } from '../state/late.js'
import { captureAll, restoreAll, type StateSection, type StateValue } from '../state/section.js'
import { is } from '../state/shape.js'
import type { Company } from './company.js'
import type { SentinelLog } from './options.js'
import { ALERTS_LOST, type SentinelParts } from './parts.js'

/**
 * The sections of the parts that outlive the process, in the order in which they are restored: the detector first, because it may refuse a state. The others
 * take over what they can use, and leave out the rest.
 */
export function sectionsOf(
  detector: Detector,
  { anomalies, incidents, operator, answered, activity, desk, clocks }: SentinelParts,
  log: SentinelLog,
  company: Company | null,
): StateSection[] {
  const { records } = clocks
  // What many write to is kept by the one whose own it is.
  const others = [
    ...(company === null || company.findings === null ? [] : ['anomalies', 'incidents']),
    ...(company === null || company.detector === null ? [] : ['activity']),
  ]
  const sections = [
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
    section<AlarmState | null>(
      'alerts',
      () => desk.capture(),
      (state) => {
        try {
          desk.restore(state)
        } catch (err) {
          log.warn({ err }, ALERTS_LOST)
        }
      },
    ),
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
      () => records?.capture() ?? null,
      (nowMs) => {
        if (is.amount(nowMs)) records?.restore(Number(nowMs))
      },
    ),
  ]
  return sections.filter(({ name }) => !others.includes(name))
}

/** Sections that two sentinels share when one takes the place of the other. */
const SHARED: ReadonlySet<string> = new Set(['anomalies', 'incidents'])
/** Those that say nothing of features. */
const OF_ANY_FEATURES: ReadonlySet<string> = new Set(['operator', 'answers', 'clock'])

/**
 * Has the sections of one sentinel go on with what those of another hold; where other features are watched, with what says
 * nothing of features.
 * @throws StateError when what was learnt of the same features does not fit
 */
export function continueFrom(before: readonly StateSection[], after: readonly StateSection[]): void {
  const state = captureAll(before)
  const same = featuresOf(state) === featuresOf(captureAll(after.filter(({ name }) => name === 'detector')))
  const taken = after.filter(({ name }) => (same ? !SHARED.has(name) : OF_ANY_FEATURES.has(name)))
  restoreAll(taken, settled(state))
}

function featuresOf({ detector }: Readonly<Record<string, StateValue>>): string {
  return JSON.stringify((detector as { readonly features: StateValue }).features)
}

/** Changes when there is something new to keep. */
export function revisionOf(detector: Detector, { anomalies, incidents, operator }: SentinelParts): string {
  const { records, generation } = detector
  return [records, generation, anomalies.newestId, incidents.newestEventId, operator.revision].join()
}

/** How much there is, for the log lines about what was kept or restored. */
export function factsOf(detector: Detector, { anomalies, incidents }: SentinelParts): object {
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
