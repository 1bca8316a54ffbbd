import type { Telemetry } from './record.js'

/** One column of the rows that the forest sees. */
export interface Feature {
  /** Its name in verdicts, reasons and rules. */
  readonly name: string
  /** Unit for people to read; empty for a count. */
  readonly unit: string
  /** Its value in a record: a finite number. */
  readonly extract: (record: Telemetry) => number
}

/**
 * What the detector looks at, in column order: the one place to change to watch something else. Each feature
 * needs a static rule in the configuration only if it shall count before the first forest is there.
 * @internal
 */
export const FEATURES: readonly Feature[] = [
  { name: 'latency', unit: 'ms', extract: (record) => record.latency },
  { name: 'input_length', unit: 'characters', extract: (record) => record.input_length },
  { name: 'errors', unit: '', extract: (record) => record.errors },
]
