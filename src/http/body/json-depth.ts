/**
 * Whether a value that was parsed from JSON has more than `most` arrays and objects in one another. What walks through a
 * value by calling itself would run out of stack long before the parser does.
 */
export function isDeeper(value: unknown, most: number): boolean {
  if (!holds(value)) return false
  let level = membersThatHold(value)
  let depth = 1
  for (; level.length > 0 && depth <= most; depth++) level = level.flatMap(membersThatHold)
  return depth > most
}

function holds(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

const NONE: readonly object[] = []

/** Nearly every record has none, and costs no list. */
function membersThatHold(value: object): readonly object[] {
  let found: object[] | null = null
  for (const name in value) {
    const member = (value as Readonly<Record<string, unknown>>)[name]
    if (!holds(member)) continue
    found ??= []
    found.push(member)
  }
  return found ?? NONE
}
