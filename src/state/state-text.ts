import { LateList, LateValue } from './late.js'
import type { StateArray } from './section.js'

/** A list or an object that is being written. */
interface Open {
  /** Names of an object's members, quoted; null for a list. */
  readonly names: readonly string[] | null
  readonly values: readonly unknown[] | LateList
  at: number
}

/**
 * Writes plain data as JSON, as `JSON.stringify` does but one value at a time, with a reference in the place of each typed
 * array. Late parts are captured when their turn comes.
 */
export class StateText {
  readonly #reference: (array: StateArray) => string
  readonly #open: Open[] = []
  readonly #quoted = new Map<string, string>()
  /** What is being captured. */
  #late: LateValue | null = null
  #text = ''

  /** @param reference what stands in the place of an array, as JSON */
  constructor(value: unknown, reference: (array: StateArray) => string) {
    this.#reference = reference
    this.#write(value)
  }

  /** Whether all of it is written. */
  get done(): boolean {
    return this.#open.length === 0 && this.#late === null
  }

  /** Characters that were written since they were taken last. */
  get length(): number {
    return this.#text.length
  }

  /** Takes what was written. */
  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }

  /** Writes one more value, or captures a part of one; returns the bytes that it made besides text. */
  advance(): number {
    const late = this.#late
    if (late !== null) {
      const made = late.advance()
      if (!late.done) return made
      this.#late = null
      this.#write(late.take())
      return made
    }
    const open = this.#open.at(-1)
    if (open !== undefined) this.#goOn(open)
    return 0
  }

  #goOn(open: Open): void {
    const { names, values, at } = open
    const next = values instanceof LateList ? values.take() : values[at]
    if (values instanceof LateList ? next === undefined : at === values.length) {
      this.#text += names === null ? ']' : '}'
      this.#open.pop()
      return
    }
    if (at > 0) this.#text += ','
    if (names !== null) this.#text += `${names[at]}:`
    open.at += 1
    this.#write(next)
  }

  #write(value: unknown): void {
    if (typeof value === 'number') this.#text += Number.isFinite(value) ? String(value) : 'null'
    else if (typeof value !== 'object' || value === null) this.#text += JSON.stringify(value) ?? 'null'
    else if (ArrayBuffer.isView(value)) this.#text += this.#reference(value as StateArray)
    else if (value instanceof LateValue) this.#late = value
    else if (value instanceof LateList || Array.isArray(value)) this.#begin('[', null, value)
    else {
      const members = Object.entries(value).filter(([, member]) => member !== undefined)
      this.#begin(
        '{',
        members.map(([name]) => this.#quote(name)),
        members.map(([, member]) => member),
      )
    }
  }

  #begin(bracket: string, names: Open['names'], values: Open['values']): void {
    this.#text += bracket
    this.#open.push({ names, values, at: 0 })
  }

  /** The same few names come again and again. */
  #quote(name: string): string {
    const known = this.#quoted.get(name)
    if (known !== undefined) return known
    const quoted = JSON.stringify(name)
    if (this.#quoted.size < 1000) this.#quoted.set(name, quoted)
    return quoted
  }
}
