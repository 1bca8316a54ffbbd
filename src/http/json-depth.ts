/**
 * Whether a value that was parsed from JSON has more than `most` arrays and objects in one another. What walks through a
 * value by calling itself would run out of stack long before the parser does.
 */
export function isDeeper(value: unknown, most: number): boolean {
  let level = holds(value) ? [value] : []
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > most) return true
    level = level.flatMap(membersThatHold)
  }
  return false
}

function holds(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

const NONE: object[] = []

/** Nearly every record has none, and costs no list. */
function membersThatHold(value: object): object[] {
  let found = NONE
  for (const name in value) {
    const member = (value as Readonly<Record<string, unknown>>)[name]
    if (!holds(member)) continue
    if (found === NONE) found = []
    found.push(member)
  }
  return found
}
