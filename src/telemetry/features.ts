import type { Telemetry } from './record.js'

/** How sentences speak of a feature that is the cause of an alert. */
export interface Phrases {
  /** Openings by the side on which the value lies. They say that it does, and nothing of what that means. */
  readonly high: string
  readonly low: string
  /** What a high value may mean; said only where it is many times the usual one and the evidence bears it out. */
  readonly conclusion?: string
}

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
  readonly phrases?: Phrases
  /**
   * Default limit of its static rule: while there is no forest, a value above it is a threat. Default: no rule.
   * Where the usual value is 0, a value above it counts as many times the usual one.
   */
  readonly ruleLimit?: number
}

export const LATENCY = {
  name: 'latency',
  unit: 'ms',
  extract: (record: Telemetry) => record.latency,
  phrases: {
    high: 'Higher latency than usual',
    low: 'Lower latency than usual',
    conclusion: 'possible resource exhaustion or DoS attempt',
  },
  ruleLimit: 5000,
} as const satisfies Feature

export const INPUT_LENGTH = {
  name: 'input_length',
  unit: 'bytes',
  extract: (record: Telemetry) => record.input_length,
  label: 'input size',
  phrases: {
    high: 'Larger input than usual',
    low: 'Smaller input than usual',
    conclusion: 'possible buffer overflow attempt',
  },
  ruleLimit: 10_000,
} as const satisfies Feature

export const ERRORS = {
  name: 'errors',
  unit: 'count',
  extract: (record: Telemetry) => record.errors,
  phrases: {
    high: 'More errors than usual',
    low: 'Fewer errors than usual',
    conclusion: 'possible attack or system degradation',
  },
  ruleLimit: 5,
} as const satisfies Feature

/** What is watched, in column order. Something else to watch is declared here and listed here. */
export const FEATURES: readonly Feature[] = [LATENCY, INPUT_LENGTH, ERRORS]

/** The default limits of the static rules, by the name of their feature. */
export function ruleLimitsOf(features: readonly Feature[]): Record<string, number> {
  return Object.fromEntries(
    features.flatMap(({ name, ruleLimit }) => (ruleLimit === undefined ? [] : [[name, ruleLimit]])),
  )
}
