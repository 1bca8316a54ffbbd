import type { AnomalyLog } from '../anomalies/anomaly-log.js'
import type { StateConfig } from '../config/config.js'
import type { Detector } from '../detector/detector.js'
import { StateKeeper, type StateLog } from '../state/keeper.js'
import type { StateSection } from '../state/section.js'
import type { SentinelMetrics } from './metrics/sentinel-metrics.js'

export interface KeptState {
  readonly detector: Detector
  readonly anomalies: AnomalyLog
  readonly metrics: SentinelMetrics
  readonly log: StateLog
}

/** Restores what the process before left in the folder, and keeps window, forest, counters and anomalies there. */
export async function keepState(
  { dir, intervalMs }: StateConfig & { readonly dir: string },
  { detector, anomalies, metrics, log }: KeptState,
): Promise<StateKeeper> {
  const { protection } = metrics
  const sections = [
    // First, because it alone may refuse what the file holds.
    section(
      'detector',
      () => detector.snapshot(),
      (state) => detector.restore(state),
    ),
    section(
      'anomalies',
      () => anomalies.capture(),
      (list) => anomalies.restore(list),
    ),
    section(
      'counters',
      () => metrics.capture(),
      (counters) => metrics.restore(counters),
    ),
  ]
  const keeper = new StateKeeper({
    dir,
    intervalMs,
    sections,
    revision: () => `${detector.records} ${detector.generation} ${anomalies.newestId}`,
    facts: () => ({
      records: detector.records,
      historySize: detector.historySize,
      generation: detector.generation,
      anomalies: anomalies.size,
    }),
    onSave: (outcome) => {
      protection.stateSaves[outcome]++
      if (outcome === 'ok') protection.stateSavedAt = Date.now() / 1000
    },
    log,
  })
  await keeper.start()
  return keeper
}

/** Plain data all of it; the compiler takes no interface for that. */
function section<Value>(name: string, capture: () => Value, restore: (value: Value) => void): StateSection {
  return { name, capture, restore } as unknown as StateSection
}
