import type { Incident } from './evidence/gathered-incident.js'
import type { IncidentEvent } from './evidence/gathering.js'
import type { Action } from './evidence/grade.js'

/** Where records are a sample of more: how one of them came to be in it. */
export interface Draw {
  /** Records that were not rare, and that it stands for beside itself, 0 or more. */
  readonly unseen: number
  /** Whether it was not drawn, but sent as it is rare, as all of those are: then it is evidence, and counts as nothing else. */
  readonly beside: boolean
}

/** A record as the detector saw it. */
export interface Judged {
  /** Name of the route; empty for requests without one. */
  readonly route: string
  /** Score of the forest, 0 to 1; NaN while there is none. */
  readonly score: number
  /** Raw values in feature order. */
  readonly values: ArrayLike<number>
  /** Whether it may be learnt from; default true. */
  readonly learns?: boolean
  /** Whether the forest knows the route, so that the score is one among its records; default true. */
  readonly known?: boolean
  /** Whether an operator expects records like it: a rare one is then learnt, and no evidence; default false. */
  readonly expected?: boolean
  /** Null, or left out, where every record comes by. */
  readonly draw?: Draw | null
}

/** Values of one feature, both ends inclusive. */
export interface Band {
  readonly feature: string
  readonly from: number
  readonly to: number
}

/** What is said of a record. The same object every time, valid until the next record. */
export interface Judgement {
  /** Chance that an ordinary record of this route is as rare; 1 while there is no forest. */
  readonly p: number
  /** Whether anything is known of its route; else static limits are all there is. */
  readonly known: boolean
  /** -ln p, which does not round to 0. */
  readonly surprise: number
  readonly alert: boolean
  /** What is recommended; null for a record that is no alert. */
  readonly action: Action | null
  /** The open incident that it belongs to. */
  readonly incident: Incident | null
  /** Index of the feature that is rarest in it, or -1 where the features have no say. */
  readonly feature: number
  /** What happened to incidents. */
  readonly events: readonly IncidentEvent[]
}
