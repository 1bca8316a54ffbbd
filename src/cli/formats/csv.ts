import type { Telemetry } from '../../telemetry/record.js'
import { cellsOf, separatorOf } from './cells.js'
import { type Format, labelOf, type ReadLine } from './format.js'

const NUMBERS = ['latency', 'input_length', 'errors'] as const
const TEXTS = ['route', 'user_id', 'timestamp', 'traceparent'] as const

/** Columns with the names of the fields, in any order; others are left alone. Separated by commas, semicolons or tabs. */
export const csv: Format = {
  open({ label }): ReadLine {
    let names: string[] | null = null
    let separator = ','
    return (line) => {
      if (names === null) {
        separator = separatorOf(line)
        names = cellsOf(line, separator).map((name) => name.trim().toLowerCase())
        const missing = NUMBERS.filter((name) => !names?.includes(name))
        if (missing.length > 0) throw new Error(`the first line names no column ${missing.join(', ')}`)
        return null
      }
      return recordIn(cellsOf(line, separator), names, label.toLowerCase())
    }
  },
  recognises: (line) =>
    NUMBERS.every((name) => new RegExp(`\\b${name}\\b`, 'i').test(line)) && !line.startsWith('{'),
}

function recordIn(cells: readonly string[], names: readonly string[], label: string) {
  if (cells.length !== names.length)
    throw new Error(`it has ${cells.length} cells, and the first line ${names.length}`)
  const cellOf = (name: string): string | undefined => cells[names.indexOf(name)]?.trim()
  const record: Record<string, unknown> = {}
  for (const name of NUMBERS) record[name] = numberOf(cellOf(name) ?? '', name)
  for (const name of TEXTS) {
    const text = cellOf(name)
    if (text) record[name] = text
  }
  return { record: record as unknown as Telemetry, label: labelOf(cellOf(label)) }
}

function numberOf(text: string, name: string): number {
  const number = Number(text)
  if (text === '' || !Number.isFinite(number))
    throw new Error(`${name} must be a number; got ${JSON.stringify(text.slice(0, 40))}`)
  return number
}
