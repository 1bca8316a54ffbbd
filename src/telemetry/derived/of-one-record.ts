import { valueText } from '../../text/value-text.js'
import { isMissing } from '../declared/missing.js'
import type { ReadValue } from '../declared/pointer.js'

/** What is derived from one record: a number, NaN where the record has nothing to make it of. */
export type Derive = (record: object) => number

/** Characters of a text, or entries of a list. */
export function lengthOf(read: ReadValue): Derive {
  return (record) => {
    const value = read(record)
    return typeof value === 'string' || Array.isArray(value) ? value.length : Number.NaN
  }
}

/** So many characters of a text say how its characters are spread. */
const READ_MOST = 4096
const counts = new Uint16Array(256)
/** The units that are counted: to ask a text for each twice would cost as much again. */
const units = new Uint8Array(READ_MOST)
/** n · log2 n by n: a logarithm for each character would cost more than all the rest. Made where it is asked for. */
let nLogN: Float64Array | undefined

/**
 * Shannon entropy of a text in bits a character, over its UTF-16 units modulo 256: words have some 4, keys and encoded
 * bytes nearly 6 or 8. Of long texts the first 4,096 characters count.
 */
export function entropyOf(read: ReadValue): Derive {
  nLogN ??= new Float64Array(READ_MOST + 1).map((_, n) => (n === 0 ? 0 : n * Math.log2(n)))
  const terms = nLogN
  return (record) => {
    const text = read(record)
    if (typeof text !== 'string') return Number.NaN
    const n = Math.min(text.length, READ_MOST)
    if (n === 0) return 0
    let sum = 0
    for (let i = 0; i < n; i++) {
      const unit = text.charCodeAt(i) & 255
      units[i] = unit
      counts[unit] = (counts[unit] as number) + 1
    }
    for (let i = 0; i < n; i++) {
      const unit = units[i] as number
      sum += terms[counts[unit] as number] as number
      // Each counts once, and is 0 for the next text.
      counts[unit] = 0
    }
    return Math.max(0, ((terms[n] as number) - sum) / n)
  }
}

/** One number over another; over 0 it says nothing. */
export function ratioOf(one: ReadValue, other: ReadValue): Derive {
  return (record) => {
    const [above, below] = [one(record), other(record)]
    const ratio = typeof above === 'number' && typeof below === 'number' ? above / below : Number.NaN
    return Number.isFinite(ratio) ? ratio : Number.NaN
  }
}

/** What is asked of a field. */
export interface Condition {
  readonly read: ReadValue
  readonly holds: (value: unknown) => boolean
}

/** Whether all conditions hold; most have one, or none. */
export function allHold(conditions: readonly Condition[]): (record: object) => boolean {
  const [first, ...others] = conditions
  if (first === undefined) return () => true
  const { read, holds } = first
  if (others.length === 0) return (record) => holds(read(record))
  return (record) => conditions.every((condition) => condition.holds(condition.read(record)))
}

/** 1 where any condition holds, 0 where none does; where the record has none of what is asked, it says nothing. */
export function anyHolds(conditions: readonly Condition[]): Derive {
  return (record) => {
    let known = false
    for (const { read, holds } of conditions) {
      const value = read(record)
      if (isMissing(value)) continue
      if (holds(value)) return 1
      known = true
    }
    return known ? 0 : Number.NaN
  }
}

/** The place of a choice in a list, from 0; of one that is not in it as far behind the last as the list is long. */
export function placeOf(read: ReadValue, choices: readonly string[]): Derive {
  return (record) => {
    const choice = valueText(read(record))
    if (choice === null || choice === '') return Number.NaN
    const place = choices.indexOf(choice)
    return place >= 0 ? place : 10 * choices.length
  }
}

/** 1 where it is this choice, else 0. @param choice null for any that is not in the list */
export function isChoice(read: ReadValue, choices: readonly string[], choice: string | null): Derive {
  return (record) => {
    const found = valueText(read(record))
    if (found === null || found === '') return Number.NaN
    return (choice === null ? !choices.includes(found) : found === choice) ? 1 : 0
  }
}

const DAY_MS = 86_400_000

/** Sine or cosine of the time of day in UTC: so midnight is near both 23:59 and 00:01. @param timeMs of the record */
export function timeOfDay(timeMs: (record: object) => number, wave: (angle: number) => number): Derive {
  return (record) => wave((2 * Math.PI * (timeMs(record) % DAY_MS)) / DAY_MS)
}
