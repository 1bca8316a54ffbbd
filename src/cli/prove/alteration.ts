import type { Feature } from '../../telemetry/features.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import { usageError } from '../arguments.js'

const PART = /^([\w.-]+?)\s*([x*+])\s*(\d+(?:\.\d+)?)$/

interface Change {
  readonly feature: Feature
  readonly by: 'times' | 'plus'
  readonly amount: number
}

/** What is done to a copy of a real record, to see whether somebody would be told of it. */
export interface Alteration {
  /** As it is written: `latency x10`, `latency x4, errors +1`. */
  readonly name: string
  readonly changes: readonly Change[]
}

const USUAL_OF_REQUESTS = [
  'latency x2',
  'latency x4',
  'latency x10',
  'input_length x5',
  'errors +1',
  'latency x4, errors +1',
]
/** Of each declared feature, and of so many. */
const USUAL_TIMES = [2, 4, 10]
const USUAL_FEATURES = 8

/** What is tried where nothing else is said. */
export function usualAlterations(telemetry: TelemetryModel): Alteration[] {
  const changes =
    telemetry === REQUEST_TELEMETRY
      ? USUAL_OF_REQUESTS
      : alterable(telemetry)
          .slice(0, USUAL_FEATURES)
          .flatMap(({ name }) => USUAL_TIMES.map((times) => `${name} x${times}`))
  return changes.map((text) => alterationOf(text, telemetry))
}

/** Reads `latency x10`, or several separated by commas. @throws CommandError saying what it may be */
export function alterationOf(text: string, telemetry: TelemetryModel): Alteration {
  const changes = text.split(',').map((part) => changeOf(part, telemetry))
  const name = changes
    .map(({ feature, by, amount }) => `${feature.name} ${by === 'times' ? 'x' : '+'}${amount}`)
    .join(', ')
  return { name, changes }
}

function changeOf(text: string, telemetry: TelemetryModel): Change {
  const [, name, sign, number] = PART.exec(text.trim()) ?? []
  const features = alterable(telemetry)
  const feature = features.find((each) => each.name === name)
  if (feature === undefined || number === undefined) {
    const names = features.map((each) => each.name)
    throw usageError(
      `a change must be ${names.join(', ')} with x and a factor or + and a number, such as "${names[0]} x10"; got ${JSON.stringify(text.trim().slice(0, 40))}`,
    )
  }
  return { feature, by: sign === '+' ? 'plus' : 'times', amount: Number(number) }
}

/** What is derived from several fields, or is no number there, cannot be changed by itself. */
function alterable({ features }: TelemetryModel): Feature[] {
  return features.filter(({ withValue }) => withValue !== undefined)
}

/** A copy of the record with the changes; null where they change nothing, as five times an empty body does. */
export function altered(record: TelemetryRecord, { changes }: Alteration): TelemetryRecord | null {
  let copy = record
  for (const { feature, by, amount } of changes) {
    const value = feature.extract(record)
    const changed = feature.withValue?.(copy, by === 'times' ? value * amount : value + amount) ?? copy
    if (Number.isNaN(value) || feature.extract(changed) === value) return null
    copy = changed
  }
  return copy
}
