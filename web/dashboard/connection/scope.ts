import type { DetectorAnswer } from '../../../src/http/schemas/detector.js'

/** Whom the page shows of several: a detector, or one of its baselines. */
export interface Scope {
  readonly detector: string
  /** Undefined for all of it, null for the baseline that all share who have none of their own. */
  readonly entity: string | null | undefined
}

/** The same as an address asks for it; null for no detector by name. */
export interface Wish {
  readonly detector: string | null
  readonly entity: Scope['entity']
}

/** What is shown, and a word where that is not what was wished; null where there is one detector alone. */
export interface Resolved {
  readonly scope: Scope | null
  readonly note: string
}

const DEFAULT = 'default'

export function wishIn(search: string): Wish {
  const query = new URLSearchParams(search)
  const entity = query.get('entity') ?? undefined
  return { detector: query.get('detector'), entity: entity === '' ? null : entity }
}

/** The query of an address that asks for this; whatever else it says stays. */
export function searchFor({ detector, entity }: Scope, search: string): string {
  const query = new URLSearchParams(search)
  query.delete('detector')
  query.delete('entity')
  if (detector !== DEFAULT || entity !== undefined) query.set('detector', detector)
  if (entity !== undefined) query.set('entity', entity ?? '')
  return query.size === 0 ? '' : `?${query}`
}

/** What can be shown of what is wished. */
export function resolved({ detector, entity }: Wish, detectors: readonly DetectorAnswer[]): Resolved {
  const named = detectors.find(({ name }) => name === (detector ?? DEFAULT)) ?? detectors[0]
  const unknown =
    detector === null || named?.name === detector ? '' : `There is no detector “${detector}” here. `
  const alone = detectors.length < 2 && (named?.entities ?? null) === null
  if (named === undefined || alone) return { scope: null, note: unknown.trim() }
  const { name, entities } = named
  if (unknown !== '')
    return { scope: { detector: name, entity: undefined }, note: `${unknown}${name} is shown.` }
  if (entity === undefined || entities !== null) return { scope: { detector: name, entity }, note: '' }
  return {
    scope: { detector: name, entity: undefined },
    note: `${name} has one baseline for all, and no entities.`,
  }
}

/** A query for the service, with whose answer it is to be where there are several. */
export function queryFor(scope: Scope | null, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(more)
  if (scope !== null) query.set('detector', scope.detector)
  if (scope?.entity !== undefined) query.set('entity', scope.entity ?? '')
  return query.size === 0 ? '' : `?${query}`
}

/** The same for what is known of a detector as a whole. */
export function wholeQueryFor(scope: Scope | null, more: Readonly<Record<string, string>> = {}): string {
  return queryFor(scope === null ? null : { detector: scope.detector, entity: undefined }, more)
}

/** Where its records are sent to be judged. */
export function flowOf(scope: Scope | null): string {
  return scope === null ? './analyze-flow' : `./detectors/${scope.detector}/analyze-flow`
}
