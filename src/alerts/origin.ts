import type { Origin } from './origin-schema.js'

export type { Origin } from './origin-schema.js'

/** Whose findings are asked for; what is left out does not matter. */
export interface OriginQuery {
  readonly detector?: string | undefined
  /** Null for the baseline that those without one of their own share. */
  readonly entity?: string | null | undefined
}

/** Whether what a state holds says of nobody, or of somebody that can be, that they found it. */
export function hasOrigin(item: object): item is Origin {
  const { detector, entity } = item as { readonly detector?: unknown; readonly entity?: unknown }
  return (
    (detector === undefined || typeof detector === 'string') && (entity == null || typeof entity === 'string')
  )
}

/** Whether something is of whom it is asked for. What says nothing of a detector is of `default`. */
export function isOf({ detector = 'default', entity = null }: Origin, asked: OriginQuery): boolean {
  return (
    (asked.detector === undefined || asked.detector === detector) &&
    (asked.entity === undefined || asked.entity === entity)
  )
}
