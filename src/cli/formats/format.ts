import type { TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import type { UsualSizes } from '../../telemetry/usual-sizes.js'
import { valueText } from '../../text/value-text.js'

/** What one line of a file says. */
export interface Reading {
  /** To be checked: it is what the line says, and may be no record. */
  readonly record: TelemetryRecord
  /** Whether the line is marked as an anomaly; null where it is not marked at all. */
  readonly label: boolean | null
}

/**
 * Reads the lines of one file in order.
 * @returns null for a line that is no record and need not be, such as the names of columns
 * @throws Error saying in words what is wrong with the line
 */
export type ReadLine = (line: string) => Reading | null

/** How a kind of file is written. */
export interface Format {
  /** Makes what reads one file. */
  open(options: FormatOptions): ReadLine
  /** Whether a first line looks like this kind of file. */
  recognises(line: string): boolean
}

export interface FormatOptions {
  /** Field or column that marks anomalies. */
  readonly label: string
  /** What stands in for the size of a request where a line does not say it. */
  readonly sizes: UsualSizes
  /** What records look like; default: requests. */
  readonly telemetry?: TelemetryModel
}

const MARKED = /^(?:1|true|yes|anomaly|attack|threat)$/i

/** What a label says: 1, `true`, `yes`, `anomaly`, `attack` and `threat` mark an anomaly; nothing says nothing. */
export function labelOf(value: unknown): boolean | null {
  const text = valueText(value)
  return text === null || text === '' ? null : MARKED.test(text.trim())
}
