import { plainText } from '../../text/plain-text.js'
import { RecordError } from '../check-record.js'
import type { TelemetryRecord } from '../record.js'
import { kindOf } from './declared-value.js'
import { type Place, placeReader, shownPlace } from './place.js'

/** Longest name of an entity; a longer value is shortened. */
const NAME_CHARS = 120
/** Most of a value that is looked at for people to read. */
const SHOWN_CHARS = 100

/**
 * What reads whose record it is, as one visible line of at most 120 characters; null where the record says nothing. Of
 * several parts, which are put together by slashes, all have to be there.
 */
export function entityReader(parts: readonly Place[]): (record: TelemetryRecord) => string | null {
  const readers = parts.map((place) => ({ shown: shownPlace(place), read: placeReader(place) }))
  return (record) => {
    let entity = ''
    for (const { shown, read } of readers) {
      const part = partOf(shown, read(record))
      if (part === '') return null
      entity = entity === '' ? part : `${entity}/${part}`
    }
    return entityName(entity)
  }
}

function partOf(shown: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return String(value)
  throw new RecordError(`${shown} must be text, a number or left out; got ${kindOf(value)}`)
}

/** What cannot be shown as it is gets a mark of the whole value, so that two such values remain two. */
function entityName(value: string): string | null {
  const line = plainText(value, NAME_CHARS)
  if (line === value) return line
  return `${plainText(value, SHOWN_CHARS)}~${markOf(value)}`
}

/** 64 bits of FNV-1a over UTF-16 units, by two bases. */
function markOf(value: string): string {
  let [one, other] = [0x811c9dc5, 0x01000193]
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i)
    one = Math.imul(one ^ unit, 0x01000193)
    other = Math.imul(other ^ unit ^ (one >>> 13), 0x85ebca6b)
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}
