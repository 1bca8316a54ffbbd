type Holder = Readonly<Record<string, unknown>>

/** Reads one value of a record; undefined where it has none. */
export type ReadValue = (record: object) => unknown

/**
 * The names that a JSON pointer (RFC 6901) leads through.
 * @throws Error where it is none, or leads through what every object has
 */
export function namesOf(pointer: string): string[] {
  if (!/^(?:\/(?:[^~/]|~[01])+)+$/.test(pointer))
    throw new Error('it must be a JSON pointer such as /usage/cpu_ms')
  const names = pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  const foreign = names.find((name) => name in Object.prototype)
  if (foreign !== undefined) throw new Error(`${foreign} is no name of a field`)
  return names
}

/** The JSON pointer that leads through these names. */
export function pointerOf(names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** What reads the value that the names lead to. A record costs it no allocation. */
export function readerOf(names: readonly string[]): ReadValue {
  const [first = '', second = '', ...others] = names
  if (names.length === 1) return (record) => (record as Holder)[first]
  if (names.length === 2)
    return (record) => {
      const holder = (record as Holder)[first]
      return isHolder(holder) ? holder[second] : undefined
    }
  const last = readerOf(others)
  return (record) => {
    const holder = (record as Holder)[first]
    const inner = isHolder(holder) ? holder[second] : undefined
    return isHolder(inner) ? last(inner) : undefined
  }
}

/** A copy of a record with another value where the names lead. */
export function withValueAt(record: object, names: readonly string[], value: number): Holder {
  const [name = '', ...others] = names
  if (others.length === 0) return { ...record, [name]: value }
  const within = (record as Holder)[name]
  return { ...record, [name]: withValueAt(isHolder(within) ? within : {}, others, value) }
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null
}
