import { DEFAULT_DETECTOR } from '../../detectors/default-detector.js'
import type { Detectors } from '../../detectors/detectors.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import type { Sentinel } from '../../sentinel.js'
import { quoted } from '../../text/quoted.js'
import { ApiError } from '../errors/error-codes.js'
import { type LiveSubject, subjectByDefault, subjectOf } from '../live/live-subject.js'
import type { OriginQuery } from '../schemas/detector.js'
import { readName } from './list-query.js'

/** Longest name that an answer repeats. */
const SHOWN_CHARS = 60

/** Most names of entities that a message lists. */
const ENTITIES_SHOWN = 20

/** @throws ApiError for a name that no detector has */
export function detectorNamed(detectors: Detectors, name: string): NamedDetector {
  const found = detectors.get(name)
  if (found !== undefined) return found
  throw new ApiError(
    'SENTINEL_NOT_FOUND',
    `there is no detector ${quoted(name, SHOWN_CHARS)}; there are ${detectors.names.join(', ')}`,
  )
}

/** What a repeated request is known by: keys are those of one detector. No header holds a line break. */
export function keyFor({ name }: NamedDetector, key: string): string {
  return name === DEFAULT_DETECTOR ? key : `${name}\n${key}`
}

/**
 * Whose findings are asked for: of one detector, of one entity.
 * @throws ApiError for a name that no detector has
 */
export function readOrigin(
  { detector, entity }: OriginQuery,
  names: readonly string[],
): { detector?: string | undefined; entity?: string | null | undefined } {
  return {
    detector: readName(detector, 'detector', names),
    entity: entity === '' ? null : entity,
  }
}

/** The detector that a query names, else `default`. @throws ApiError */
export function detectorAsked({ detector }: OriginQuery, detectors: Detectors): NamedDetector {
  return detectors.get(readName(detector, 'detector', detectors.names) ?? '') ?? detectors.default
}

/**
 * Who judges by the baseline that is meant: of an entity, or, where none is named or it is empty, the one that all share
 * who have none of their own.
 * @throws ApiError where there is no such baseline in memory
 */
export function sentinelAsked(query: OriginQuery, detectors: Detectors): Sentinel {
  const { entity = '' } = query
  const detector = detectorAsked(query, detectors)
  const sentinel = detector.by(entity === '' ? null : entity)
  if (sentinel !== null) return sentinel
  throw new ApiError(
    'SENTINEL_NOT_FOUND',
    `${detector.name} has no baseline of ${quoted(entity, SHOWN_CHARS)} in memory; GET /detectors lists those that it has`,
  )
}

/**
 * Whom a stream is to tell of. An entity may have no baseline in memory now, as long as one is kept.
 * @throws ApiError for a name that no detector has, and for an entity that nothing is known of
 */
export function subjectAsked(query: OriginQuery, detectors: Detectors): LiveSubject {
  if (query.detector === undefined && query.entity === undefined) return subjectByDefault(detectors)
  const detector = detectorAsked(query, detectors)
  const { entity } = query
  if (entity === undefined) return subjectOf(detector)
  if (entity === '' || detector.entities?.knows(entity) === true)
    return subjectOf(detector, entity === '' ? null : entity)
  throw new ApiError('SENTINEL_INVALID_QUERY', `entity must be ${entitiesOf(detector)}`)
}

function entitiesOf({ name, entities }: NamedDetector): string {
  if (entities === null) return `left out: ${name} has one baseline for all`
  if (entities.size === 0) return `empty, for the shared baseline: no other is in memory of ${name}`
  const names = [...entities].slice(0, ENTITIES_SHOWN).map(([entity]) => quoted(entity, SHOWN_CHARS))
  const more = entities.size > names.length ? ` and ${entities.size - names.length} more` : ''
  return `empty, or one of those of ${name}: ${names.join(', ')}${more}`
}

/**
 * All whom a word is for that may be for many: where a detector is named and no entity, all of its baselines in memory,
 * the shared one first.
 * @throws ApiError
 */
export function sentinelsAsked(query: OriginQuery, detectors: Detectors): [Sentinel, ...Sentinel[]] {
  if (query.entity !== undefined) return [sentinelAsked(query, detectors)]
  const { shared, sentinels } = detectorAsked(query, detectors)
  return query.detector === undefined ? [shared] : [shared, ...sentinels.slice(1)]
}
