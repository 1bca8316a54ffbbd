import { plainNumber } from '../../telemetry/declared/number-text.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import { TEXT_FIELDS } from '../../telemetry/record-fields.js'
import { ownCopy } from '../../text/own-copy.js'
import { cellsOf, separatorOf } from './cells.js'
import { type Format, labelOf, type ReadLine } from './format.js'

const NUMBERS = ['latency', 'input_length', 'errors'] as const

/** Columns with the names of the fields, in any order; others are left alone. Separated by commas, semicolons or tabs. */
export const csv: Format = {
  open({ label, telemetry = REQUEST_TELEMETRY }): ReadLine {
    return telemetry === REQUEST_TELEMETRY ? requests(label) : declared(label, telemetry)
  },
  recognises: (line) =>
    NUMBERS.every((name) => new RegExp(`\\b${name}\\b`, 'i').test(line)) && !line.startsWith('{'),
}

function requests(label: string): ReadLine {
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
}

/** Every column is a field of its name; a number where the telemetry takes numbers alone, else the text as it is. */
function declared(label: string, telemetry: TelemetryModel): ReadLine {
  let names: string[] | null = null
  let separator = ','
  return (line) => {
    if (names === null) {
      separator = separatorOf(line)
      names = cellsOf(line, separator).map((name) => name.trim())
      const known = names.some((name) => telemetry.fields.has(name))
      if (!known) throw new Error('the first line names no column that is a field of what is watched')
      return null
    }
    const cells = cellsOf(line, separator)
    checkCount(cells, names)
    const record: Record<string, unknown> = {}
    for (const [i, name] of names.entries()) {
      const text = (cells[i] as string).trim()
      const number = telemetry.numbers.has(name) ? plainNumber(text) : Number.NaN
      if (text !== '') record[name] = Number.isNaN(number) ? ownCopy(text) : number
    }
    return { record, label: labelOf(record[label]) }
  }
}

function recordIn(cells: readonly string[], names: readonly string[], label: string) {
  checkCount(cells, names)
  const cellOf = (name: string): string | undefined => cells[names.indexOf(name)]?.trim()
  const record: Record<string, unknown> = {}
  for (const name of NUMBERS) record[name] = numberOf(cellOf(name) ?? '', name)
  for (const name of TEXT_FIELDS) {
    const text = cellOf(name)
    if (text) record[name] = ownCopy(text)
  }
  return { record, label: labelOf(cellOf(label)) }
}

function checkCount(cells: readonly string[], names: readonly string[]): void {
  if (cells.length !== names.length)
    throw new Error(`it has ${cells.length} cells, and the first line ${names.length}`)
}

function numberOf(text: string, name: string): number {
  const number = Number(text)
  if (text === '' || !Number.isFinite(number))
    throw new Error(`${name} must be a number; got ${JSON.stringify(text.slice(0, 40))}`)
  return number
}
