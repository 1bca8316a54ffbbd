import { plainText } from '../text/plain-text.js'
import type { TelemetryRecord } from './record.js'

/** Fields that are read, by name: null for one that is a value, or read whole; else those within it. */
export type FieldTree = ReadonlyMap<string, FieldTree | null>

/** Records looked at whole at first, and from then on one of so many: a look costs a hundredth of a verdict. */
const LOOKED_AT_FIRST = 256
const ONE_OF = 16
/** Callers choose the names: so many are told of, and so much of each. */
const TOLD_MOST = 50
const SHOWN_CHARS = 80
const OTHERS = '(further fields)'

/**
 * Notices fields of records that nobody reads, so that nobody waits for something to be made of them. Each is told of
 * once. One that comes in few records is noticed after some time.
 */
export class IgnoredFields {
  readonly #fields: FieldTree
  readonly #onFound: (pointer: string) => void
  readonly #told = new Set<string>()
  /** Those at the top by their bare names: most are, and nearly all are known already. */
  readonly #atTop = new Set<string>()
  #records = 0

  /** @param onFound told of each by its JSON pointer, as one visible line; of those beyond 50 together, once */
  constructor(fields: FieldTree, onFound: (pointer: string) => void) {
    this.#fields = fields
    this.#onFound = onFound
  }

  see(record: TelemetryRecord): void {
    this.#records += 1
    if (this.#told.size > TOLD_MOST) return
    if (this.#records <= LOOKED_AT_FIRST || this.#records % ONE_OF === 0) this.#look(record, this.#fields, '')
  }

  #look(holder: object, fields: FieldTree, path: string): void {
    for (const name in holder) {
      const within = fields.get(name)
      if (within === null || (path === '' && this.#atTop.has(name))) continue
      if (within === undefined) this.#found(path, name)
      else {
        const value = (holder as Readonly<Record<string, unknown>>)[name]
        if (typeof value === 'object' && value !== null) this.#look(value, within, `${path}/${name}`)
      }
    }
  }

  #found(path: string, name: string): void {
    const pointer = plainText(`${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, SHOWN_CHARS)
    if (path === '' && this.#atTop.size <= TOLD_MOST) this.#atTop.add(name)
    if (this.#told.has(pointer) || this.#told.size > TOLD_MOST) return
    this.#told.add(pointer)
    this.#onFound(this.#told.size > TOLD_MOST ? OTHERS : pointer)
  }
}
