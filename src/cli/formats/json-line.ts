/** The object of a line. @throws Error where it is none */
export function objectOf(line: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Error('it is not valid JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('it must be a JSON object')
  return value as Record<string, unknown>
}
