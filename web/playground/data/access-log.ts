import type { Cell, Table } from './table.js'
import { TableBuilder } from './table-builder.js'

/** The common and the combined format of Apache, nginx and others, and what is appended to them. */
const LINE =
  /^(\S+) \S+ \S+ \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}|-) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?(.*)$/

/** Whether a text looks like an access log, by its first line. */
export function isAccessLog(text: string): boolean {
  const first = text.trimStart().split('\n', 1)[0] ?? ''
  return LINE.test(first.trim())
}

/**
 * Reads an access log. What is appended to a line, as a duration mostly is, gets a column for each of its values.
 * @throws TableError when nothing can be used
 */
export function readAccessLog(name: string, text: string): Table {
  const builder = new TableBuilder()
  let line = 0
  for (const source of text.split('\n')) {
    line += 1
    if (source.trim() === '') continue
    const match = LINE.exec(source.trim())
    if (match === null) {
      builder.leftOut.add('lines that are no requests', line)
      continue
    }
    const [
      ,
      host = '',
      time = '',
      request = '',
      status = '',
      bytes = '',
      referer = '',
      agent = '',
      rest = '',
    ] = match
    const [method = '', path = ''] = request.split(' ')
    const cells: [string, Cell][] = [
      ['path', path],
      ['status', status],
      // The format writes a dash for an answer without a body.
      ['bytes', bytes === '-' ? 0 : bytes],
      ['method', method],
      ['host', host],
      ['time', time],
      ['referer', referer],
      ['agent', agent],
    ]
    const appended = rest.match(/"[^"]*"|\S+/g) ?? []
    for (const [index, value] of appended.entries()) {
      cells.push([`appended ${index + 1}`, value.replaceAll('"', '')])
    }
    builder.add(cells, line)
  }
  return builder.build(name)
}
