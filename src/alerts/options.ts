import { ROUTES_MAX } from '../detector/guarded/routes/route-profiles.js'
import { ALERT_DEFAULTS } from './alert-options.js'
import type { Captured } from './captured.js'

/** What the alerts have to know of a feature. */
export interface AlertFeature {
  readonly name: string
  /** Which side is rare and dangerous; `both` judges the values by their upper side and leaves the lower to the forest. */
  readonly direction: 'high' | 'low' | 'both'
  /** A value above it is answered `freeze`, whatever is usual. */
  readonly limit?: number
}

export interface AlertsOptions {
  readonly features: readonly AlertFeature[]
  /** Share of ordinary records that may be alerted, (0, 0.5]; default 0.001. */
  readonly rate?: number
  /** False incidents a day that are bearable at the traffic there is; default 24. */
  readonly falseIncidentsADay?: number
  /** `graded` (default) recommends by evidence, `freeze` always the same. */
  readonly actions?: 'graded' | 'freeze'
  /** Routes with memories of their own; the least recently used goes; default 512. */
  readonly routesMax?: number
  /** Closed incidents that are kept; default 256. */
  readonly incidentsMax?: number
  /** ms since 1970, by which something comes back each day; default: the times of the records. */
  readonly wallClock?: (() => number) | undefined
}

/** Options with every default filled in. */
export type AlertsSettings = Required<Omit<AlertsOptions, 'wallClock'>> & Pick<AlertsOptions, 'wallClock'>

export function settingsOf(options: AlertsOptions): AlertsSettings {
  const { rate, falseIncidentsADay, actions } = ALERT_DEFAULTS
  return { rate, falseIncidentsADay, actions, routesMax: ROUTES_MAX, incidentsMax: 256, ...options }
}

/** What the features are called and which side counts: a state of other features is of no use. */
export function namesOf({ features }: AlertsSettings): Captured {
  return features.map(({ name, direction }) => `${name} ${direction}`)
}
