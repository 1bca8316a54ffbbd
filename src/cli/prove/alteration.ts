import type { Telemetry } from '../../telemetry/record.js'
import { usageError } from '../arguments.js'

const FIELDS = ['latency', 'input_length', 'errors'] as const
const PART = /^(\w+)\s*([x*+])\s*(\d+(?:\.\d+)?)$/

interface Change {
  readonly field: (typeof FIELDS)[number]
  readonly by: 'times' | 'plus'
  readonly amount: number
}

/** What is done to a copy of a real record, to see whether somebody would be told of it. */
export interface Alteration {
  /** As it is written: `latency x10`, `latency x4, errors +1`. */
  readonly name: string
  readonly changes: readonly Change[]
}

/** What is tried where nothing else is said. */
export const USUAL_ALTERATIONS: readonly Alteration[] = [
  'latency x2',
  'latency x4',
  'latency x10',
  'input_length x5',
  'errors +1',
  'latency x4, errors +1',
].map(alterationOf)

/** Reads `latency x10`, or several separated by commas. @throws CommandError saying what it may be */
export function alterationOf(text: string): Alteration {
  const changes = text.split(',').map(changeOf)
  const name = changes
    .map(({ field, by, amount }) => `${field} ${by === 'times' ? 'x' : '+'}${amount}`)
    .join(', ')
  return { name, changes }
}

function changeOf(text: string): Change {
  const [, name, sign, number] = PART.exec(text.trim()) ?? []
  const field = FIELDS.find((each) => each === name)
  if (field === undefined || number === undefined) {
    throw usageError(
      `a change must be ${FIELDS.join(', ')} with x and a factor or + and a number, such as "latency x10"; got ${JSON.stringify(text.trim().slice(0, 40))}`,
    )
  }
  return { field, by: sign === '+' ? 'plus' : 'times', amount: Number(number) }
}

/** A copy of the record with the changes; null where they change nothing, as five times an empty body does. */
export function altered(record: Telemetry, { changes }: Alteration): Telemetry | null {
  const copy = { ...record }
  for (const { field, by, amount } of changes) {
    const value = by === 'times' ? record[field] * amount : record[field] + amount
    copy[field] = field === 'latency' ? value : Math.round(value)
    if (copy[field] === record[field]) return null
  }
  return copy
}
