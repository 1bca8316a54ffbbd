import { StateError, type StateValue } from '../state/section.js'
import { type Checks, is } from '../state/shape.js'
import { checkGuardedState } from './guarded/guarded-state.js'
import type { ForestState } from './model/forest-state.js'

/** A detector's sections by name. */
export type DetectorState = { readonly [section: string]: StateValue }

interface Counts {
  readonly records: number
  readonly sinceRequest: number
}

const counts: Checks<Counts> = { records: is.count, sinceRequest: is.count }

/**
 * Checks a captured detector before any of it is taken over, but for the profiles of routes: there may be many, and each is
 * checked when its turn has come.
 * @param value by section; one that is missing starts afresh
 * @param features names of those that the detector looks at
 * @throws StateError for what no detector has captured
 */
export function checkDetectorState(value: unknown, features: readonly string[]): void {
  const nFeatures = features.length
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
    throw new StateError('of its detector there are no sections')
  const sections = value as Readonly<Record<string, unknown>>
  const check = (name: string, isRight: (section: unknown) => boolean): void => {
    if (Object.hasOwn(sections, name) && !isRight(sections[name]))
      throw new StateError(`its ${name} has another form`)
  }
  check('features', is.texts)
  const known = sections.features as string[] | undefined
  if (known !== undefined && known.join() !== features.join())
    throw new StateError(`its features are ${known.join(', ')}`)
  const isForest = is.shaped<ForestState>({
    generation: (generation) => is.count(generation) && Number(generation) > 0,
    capacity: is.count,
    forest: (bytes) => bytes instanceof Uint8Array,
    columns: is.columns(nFeatures),
  })
  check('learning', is.text)
  check('forest', is.orNull(isForest))
  check('window', (rows) => is.count(rows) || isRows(rows, nFeatures))
  check('verdicts', (flags) => flags instanceof Uint8Array)
  check('counts', is.shaped(counts))
  if (sections.learning === 'guarded') checkGuardedState(sections.baseline, nFeatures)
  else if (sections.baseline != null) throw new StateError('its baseline has another form')
}

function isRows(rows: unknown, nFeatures: number): boolean {
  return rows instanceof Float32Array && rows.length % nFeatures === 0 && rows.every(Number.isFinite)
}
