import type { Memory } from './derived/memory.js'
import type { FeaturePolicy } from './feature-policy.js'
import type { Telemetry, TelemetryRecord } from './record.js'

/** How sentences speak of a feature that is the cause of an alert. */
export interface Phrases {
  /** Openings by the side on which the value lies. They say that it does, and nothing of what that means. */
  readonly high?: string
  readonly low?: string
  /** What a high value may mean; said only where it is many times the usual one and the evidence bears it out. */
  readonly conclusion?: string
}

/** One column of the rows that the forest sees, with all that is said of it elsewhere. */
export interface Feature {
  /** Its name in verdicts, settings and rules. */
  readonly name: string
  /** Unit for people to read, `ms`; `count` for a number of things, which is written without a unit. */
  readonly unit: string
  /** Its value in a checked record: a finite number, or NaN where there is none, and the usual value stands in. */
  extract(record: TelemetryRecord): number
  /** A copy of a record with another value; of what is not a field by itself there is none. */
  withValue?(record: TelemetryRecord, value: number): TelemetryRecord
  /** What a sentence calls it; default: its name. */
  readonly label?: string
  readonly phrases?: Phrases
  /**
   * Default limit of its static rule: while there is no forest, a value above it is a threat. Default: no rule.
   * Where the usual value is 0, a value above it counts as many times the usual one.
   */
  readonly ruleLimit?: number
  /** Whether its differences count and not its ratios, as of a temperature. Default: where its values lie on both sides of 0. */
  readonly linear?: boolean
  /** Which of its differences count, where nobody says otherwise. */
  readonly policy?: FeaturePolicy
  /** Makes what it is derived with from the records before; each detector has its own. Without it the record says all. */
  memory?(): Memory
  /** What to take where a memory has nothing to say yet; default: NaN. */
  readonly absent?: number
  /** What it is besides its name; default: nothing. What was learnt of a feature that was something else is of no use. */
  readonly identity?: string
}

export const LATENCY = {
  name: 'latency',
  unit: 'ms',
  extract: (record: Telemetry) => record.latency,
  withValue: (record: Telemetry, latency: number) => ({ ...record, latency }),
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
  withValue: (record: Telemetry, value: number) => ({ ...record, input_length: Math.round(value) }),
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
  withValue: (record: Telemetry, value: number) => ({ ...record, errors: Math.round(value) }),
  phrases: {
    high: 'More errors than usual',
    low: 'Fewer errors than usual',
    conclusion: 'possible attack or system degradation',
  },
  ruleLimit: 5,
} as const satisfies Feature

/** What is watched where nothing is declared, in column order. */
export const FEATURES: readonly Feature[] = [LATENCY, INPUT_LENGTH, ERRORS]

/** A feature as a state knows it: by its name, and by what it is besides. */
export function identityOf({ name, identity }: Feature): string {
  return identity === undefined ? name : `${name} ${identity}`
}

/** The default limits of the static rules, by the name of their feature. */
export function ruleLimitsOf(features: readonly Feature[]): Record<string, number> {
  return Object.fromEntries(
    features.flatMap(({ name, ruleLimit }) => (ruleLimit === undefined ? [] : [[name, ruleLimit]])),
  )
}
