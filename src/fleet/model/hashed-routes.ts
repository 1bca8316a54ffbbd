import { createHmac } from 'node:crypto'
import type { TelemetryModel } from '../../telemetry/model.js'
import { segmentKind } from '../../telemetry/route-name.js'

/** Routes whose hashes are remembered. */
const REMEMBERED = 4_096
/** Longest route that is read; what lies behind is no name. */
const MOST_CHARS = 1_024
/** What a hash is written in: letters that are no hex digits, so that no hash looks like an identifier. */
const LETTERS = 'ghijklmnopqrstuv'
const HASH_LETTERS = 10

/**
 * The same telemetry with routes that only those can read who know the key: each segment is hashed by itself, so that routes
 * which have a beginning in common still do. What looks like a value and not like a name stays one.
 */
export function withHashedRoutes(telemetry: TelemetryModel, key: string): TelemetryModel {
  const remembered = new Map<string, string>()
  const hashedOf = (raw: string): string => {
    const known = remembered.get(raw)
    if (known !== undefined) return known
    const hashed = raw
      .slice(0, MOST_CHARS)
      .split(/[?#]/, 1)
      .flatMap((path) => path.split('/'))
      .map((segment) => hashedSegment(segment, key))
      .join('/')
    // Begun anew when it is full: that is cheaper than to know which of them came long ago.
    if (remembered.size === REMEMBERED) remembered.clear()
    remembered.set(raw, hashed)
    return hashed
  }
  return {
    ...telemetry,
    routeOf: (record) => {
      const raw = telemetry.routeOf(record)
      return raw === undefined || raw === '' ? raw : hashedOf(raw)
    },
  }
}

function hashedSegment(segment: string, key: string): string {
  if (segment === '' || segment === '*') return segment
  const kind = segmentKind(segment)
  if (kind === 'identifier') return '*'
  const digest = createHmac('sha256', key).update(segment).digest()
  const letters = Array.from(digest.subarray(0, HASH_LETTERS), (byte) => LETTERS[byte % LETTERS.length]).join(
    '',
  )
  // One with a digit may be one of many, and whoever merges those has to see it.
  return kind === 'numbered' ? `${letters}0` : letters
}
