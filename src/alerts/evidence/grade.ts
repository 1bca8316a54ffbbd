/** What is recommended, mildest first. */
export const ACTIONS = ['observe', 'throttle', 'freeze'] as const
export type Action = (typeof ACTIONS)[number]

/** -ln p that is beyond doubt by itself, and that is odd enough to be slowed down inside an incident. */
const BEYOND_DOUBT = Math.log(1e6)
const ODD_INSIDE = Math.log(100)
/** Share of the alert rate at which a record is slowed down by itself. */
const TENTH = Math.LN10
/** Times the usual value that a freeze asks for. */
const LEAST_RATIO = 2

/** What there is to judge an alerted record by. */
export interface Evidence {
  /** -ln p, and the same of the alert rate. */
  readonly z: number
  readonly rateZ: number
  readonly inIncident: boolean
  /** Value of the leading feature against the usual one, 1 or more on the rare side; infinite where 0 is usual. */
  readonly ratio: number
}

/** What is recommended for an alerted record. */
export function gradeOf({ z, rateZ, inIncident, ratio }: Evidence): Action {
  if (z >= BEYOND_DOUBT || (inIncident && z >= rateZ && ratio >= LEAST_RATIO)) return 'freeze'
  if (z >= rateZ + TENTH || (inIncident && z >= ODD_INSIDE)) return 'throttle'
  return 'observe'
}

export function graver(a: Action, b: Action): Action {
  return ACTIONS.indexOf(a) >= ACTIONS.indexOf(b) ? a : b
}
