import { fieldsOf } from './json-fields.js'
import { isTraceExport, spansOf } from './otlp.js'
import { type OnProgress, Progress } from './progress.js'
import type { Table } from './table.js'
import { TableBuilder } from './table-builder.js'

/**
 * Reads JSON: one value a line, or one document that is a list of rows or holds one. The columns are all fields that any
 * row has; nested ones go by their path. A line that is no JSON is left out.
 * @throws TableError when nothing can be used
 */
export function readJson(name: string, text: string, onProgress: OnProgress = () => {}): Table {
  const builder = new TableBuilder()
  const document = documentIn(text)
  if (document === undefined) readLines(text, builder, new Progress(text.length, onProgress))
  else for (const [index, row] of rowsIn(document, builder).entries()) addRow(row, index + 1, builder)
  return builder.build(name)
}

/** The value of a text that is one JSON document; undefined where it has several lines of them, or none. */
function documentIn(text: string): unknown {
  const lines = text.trim().split('\n', 2)
  if (lines.length > 1 && parsed(lines[0] as string) !== undefined) return undefined
  return parsed(text)
}

/** A document's rows: itself, or the first list of objects or lists among its fields. */
function rowsIn(document: unknown, { leftOut }: TableBuilder): unknown[] {
  if (Array.isArray(document)) return document
  if (typeof document !== 'object' || document === null || isTraceExport(document)) return [document]
  const entries = Object.entries(document)
  const held = entries.find(
    ([, value]) => Array.isArray(value) && value.length > 0 && value.every(isComposite),
  )
  if (held === undefined) return [document]
  for (const [key] of entries)
    if (key !== held[0]) leftOut.add(`fields beside the rows, “${key.slice(0, 40)}”`, 1)
  return held[1] as unknown[]
}

function isComposite(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function readLines(text: string, builder: TableBuilder, progress: Progress): void {
  let line = 0
  let at = 0
  for (const source of text.split('\n')) {
    line += 1
    at += source.length + 1
    progress.reach(at)
    if (source.trim() === '') continue
    const value = parsed(source)
    if (value === undefined) builder.leftOut.add('lines that are no JSON', line)
    else addRow(value, line, builder)
  }
}

function addRow(value: unknown, line: number, builder: TableBuilder): void {
  if (!isComposite(value)) {
    builder.leftOut.add('values that are no JSON objects', line)
    return
  }
  if (isTraceExport(value)) for (const span of spansOf(value)) builder.add(span, line)
  else if (Array.isArray(value)) addList(value, line, builder)
  else builder.add(fieldsOf(value, builder.leftOut, line), line)
}

function addList(values: readonly unknown[], line: number, builder: TableBuilder): void {
  if (values.some(isComposite)) for (const value of values) addRow(value, line, builder)
  else
    builder.add(
      values.map((value, index) => [`column ${index + 1}`, value as number] as const),
      line,
    )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
