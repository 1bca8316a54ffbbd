import type { Telemetry } from './record.js'

/** One column of the rows that the forest sees, with all that is said of it elsewhere. */
export interface Feature {
  /** Its name in verdicts, settings and rules. */
  readonly name: string
  /** Unit for people to read, `ms`; `count` for a number of things, which is written without a unit. */
  readonly unit: string
  /** Its value in a record: a finite number. */
  readonly extract: (record: Telemetry) => number
  /** What a sentence calls it; default: its name. */
  readonly label?: string
  /** How a sentence opens when this feature is the cause, by the side on which its value lies. */
  readonly phrases?: { readonly high: string; readonly low: string }
  /** Default limit of its static rule: while there is no forest, a value above it is a threat. Default: no rule. */
  readonly ruleLimit?: number
}

export const LATENCY = {
  name: 'latency',
  unit: 'ms',
  extract: (record: Telemetry) => record.latency,
  phrases: {
    high: 'Unusually high latency detected, possible resource exhaustion or DoS attempt',
    low: 'Unusually low latency detected, the request may have failed early or skipped its work',
  },
  ruleLimit: 5000,
} as const satisfies Feature

export const INPUT_LENGTH = {
  name: 'input_length',
  unit: 'bytes',
  extract: (record: Telemetry) => record.input_length,
  label: 'input size',
  phrases: {
    high: 'Excessive input size may indicate buffer overflow attempt',
    low: 'Unusually small input detected, the request may be empty, truncated or a probe',
  },
  ruleLimit: 10_000,
} as const satisfies Feature

export const ERRORS = {
  name: 'errors',
  unit: 'count',
  extract: (record: Telemetry) => record.errors,
  phrases: {
    high: 'High error rate suggests potential attack or system degradation',
    low: 'Unusually few errors detected, failures may have stopped or gone unreported',
  },
  ruleLimit: 5,
} as const satisfies Feature

/** What is watched, in column order. Something else to watch is declared here and listed here. */
export const FEATURES: readonly Feature[] = [LATENCY, INPUT_LENGTH, ERRORS]
