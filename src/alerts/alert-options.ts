/** Who is told, and what is recommended. */
export interface AlertOptions {
  /** `calibrated`: by p and by incidents; `contamination`: the forest's labels, as scikit-learn gives them. */
  readonly mode?: 'calibrated' | 'contamination'
  /** Share of ordinary records that may be alerted, (0, 0.1]. */
  readonly rate?: number
  /** False incidents a day that are bearable. */
  readonly falseIncidentsADay?: number
  /** `graded` by evidence, or `freeze` always. */
  readonly actions?: 'graded' | 'freeze'
}

/** What applies where an option is left out. */
export const ALERT_DEFAULTS = {
  mode: 'calibrated',
  rate: 0.001,
  falseIncidentsADay: 24,
  actions: 'graded',
} as const satisfies AlertOptions
