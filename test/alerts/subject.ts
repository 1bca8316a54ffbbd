import { Alerts } from '#sentinel/alerts/alerts.js'
import type { Judgement } from '#sentinel/alerts/judgement.js'
import type { AlertsOptions } from '#sentinel/alerts/options.js'
import { RATED_SCORES, type Rated } from '../../made-up/rated-traffic.js'

/** Those of `ratedTraffic`. */
export const FEATURES = [
  { name: 'latency', direction: 'both' },
  { name: 'errors', direction: 'high' },
] as const

/** Time from record to record. */
export const GAP_MS = 20

/** Alerts that know the scale of the forest's scores. */
export function alertsWith(options: Partial<AlertsOptions> = {}): Alerts {
  const alerts = new Alerts({ features: FEATURES, ...options })
  alerts.adopt(RATED_SCORES)
  return alerts
}

/** Plays so many records of a source; returns the time after the last. */
export function play(
  alerts: Alerts,
  source: () => Rated,
  count: number,
  fromMs = 0,
  each: (judgement: Judgement, i: number) => void = () => {},
): number {
  for (let i = 0; i < count; i++) each(alerts.judge(source(), fromMs + GAP_MS * i), i)
  return fromMs + GAP_MS * count
}
