import { isMissing } from './missing.js'
import { namesOf, pointerOf, type ReadValue, readerOf } from './pointer.js'

/** The names that lead to a value; several ways, of which the first that leads to one counts. */
export type Place = readonly (readonly string[])[]

/** A pointer begins with a slash: a bar before one separates two. */
const BETWEEN = /\s*\|\s*(?=\/)/

/**
 * Reads a JSON pointer, or several: `/content_length | /request_length`.
 * @throws Error where one of them is none
 */
export function placeOf(pointers: string): Place {
  return pointers.split(BETWEEN).map((pointer) => namesOf(pointer.trim()))
}

/** What reads the value of a place. */
export function placeReader(place: Place): ReadValue {
  const [first, ...others] = place.map(readerOf) as [ReadValue, ...ReadValue[]]
  if (others.length === 0) return first
  return (record) => {
    const value = first(record)
    if (!isMissing(value)) return value
    for (const read of others) {
      const other = read(record)
      if (!isMissing(other)) return other
    }
    return value
  }
}

/** As messages call it. */
export function shownPlace(place: Place): string {
  return place.map((names) => names.join('.')).join(' or ')
}

/** As a declaration writes it. */
export function pointersOf(place: Place): string {
  return place.map(pointerOf).join(' | ')
}

/** The way that leads to a value in a record; the first where none does. */
export function wayIn(record: object, place: Place): readonly string[] {
  const [first] = place as [readonly string[]]
  return place.find((names) => !isMissing(readerOf(names)(record))) ?? first
}
