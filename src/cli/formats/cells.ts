const SEPARATORS = [',', ';', '\t']

/** What stands between the cells of a first line: the separator that it has most of. */
export function separatorOf(line: string): string {
  const counts = SEPARATORS.map((each) => line.split(each).length)
  return SEPARATORS[counts.indexOf(Math.max(...counts))] as string
}

/**
 * The cells of a line (RFC 4180); a quoted one may hold separators, and quotes twice, but no line break.
 * @throws Error where a quote is not closed
 */
export function cellsOf(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator)
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string
    if (quoted && character === '"' && line[i + 1] === '"') {
      cell += '"'
      i++
    } else if (character === '"') {
      quoted = !quoted
    } else if (character === separator && !quoted) {
      cells.push(cell)
      cell = ''
    } else {
      cell += character
    }
  }
  if (quoted) throw new Error('a quote is not closed in it')
  return [...cells, cell]
}
