import type { Cell, LeftOutTally } from './table.js'
import { shown } from './table.js'

const DEEPEST = 8
/** A list that is longer is no field of a record. */
const LONGEST_LIST = 16

/** The fields of a JSON value by their paths, `request.latency`; of a list by their places, from 0. */
export function* fieldsOf(
  value: unknown,
  leftOut: LeftOutTally,
  line: number,
  path = '',
  depth = 0,
): Generator<readonly [string, Cell]> {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    yield [path === '' ? 'value' : path, value]
    return
  }
  if (Array.isArray(value) && value.length > LONGEST_LIST && depth > 0) {
    leftOut.add(`lists of more than ${LONGEST_LIST} in “${shown(path)}”`, line)
    return
  }
  if (depth === DEEPEST) {
    leftOut.add(`values below “${shown(path)}”, which are nested too deeply`, line)
    return
  }
  for (const [key, inner] of Object.entries(value as object)) {
    yield* fieldsOf(inner, leftOut, line, path === '' ? key : `${path}.${key}`, depth + 1)
  }
}
