import { type Checks, hasShape, is } from '../../state/shape.js'
import { PATTERN_CHECKS } from './pattern.js'
import type { Mute, NeverLearnt, Pattern } from './pattern-schemas.js'

/** A pattern without what depends on who holds it: its id, when it was made, when it ends, and what it has met. */
export type Handed<P extends Pattern> = Omit<P, 'id' | 'created' | 'until' | 'muted' | 'kept_out'>

/** What was said of one finding: its incident, which all show; null for an anomaly, which one replica alone has. */
interface OnFinding {
  readonly incident: string | null
  readonly note: string | null
}

/** Alerts like it are expected, for so long. */
export interface ExpectedWord extends OnFinding {
  readonly said: 'expected'
  readonly pattern: Handed<Mute>
  readonly forMs: number
}

/** Records like it are a threat, for so long. */
export interface ThreatWord extends OnFinding {
  readonly said: 'threat'
  readonly pattern: Handed<NeverLearnt>
  readonly forMs: number
}

/** Something in which no feature stands out is either. */
interface NotedWord extends OnFinding {
  readonly said: 'noted'
  readonly verdict: 'expected' | 'threat'
  readonly source: string
}

/** What was said of this source holds no more. */
interface TakenBackWord {
  readonly said: 'taken back'
  readonly source: string
}

interface PauseWord {
  readonly said: 'paused'
  readonly forMs: number
}

interface ResumeWord {
  readonly said: 'resumed'
}

/** Of a route, by its name, or, for null, of all. */
export interface RouteWord {
  readonly said: 'reset' | 'changed'
  readonly route: string | null
}

/**
 * What an operator said to one of many replicas, as the others are told. It holds for so long, so that no two clocks need
 * to agree; and what it makes is named by what it was said of, so that it has one id everywhere.
 */
export type OperatorWord =
  | ExpectedWord
  | ThreatWord
  | NotedWord
  | TakenBackWord
  | PauseWord
  | ResumeWord
  | RouteWord

/** A word that changes what was learnt, once, where it is learnt. */
export type LearningWord = ThreatWord | RouteWord | TakenBackWord

const { id: _id, created: _created, until: _until, ...handed } = PATTERN_CHECKS
const onFinding: Checks<OnFinding> = { incident: is.orNull(is.text), note: is.orNull(is.text) }
const mute: Checks<Handed<Mute>> = { ...handed, limit: is.number }
const never: Checks<Handed<NeverLearnt>> = { ...handed, from: is.number, to: is.number }
const ofRoute = { route: is.orNull(is.text) }
const CHECKS: {
  readonly [Said in OperatorWord['said']]: Readonly<Record<string, (value: unknown) => boolean>>
} = {
  expected: { ...onFinding, pattern: is.shaped(mute), forMs: is.amount },
  threat: { ...onFinding, pattern: is.shaped(never), forMs: is.amount },
  noted: { ...onFinding, verdict: is.oneOf('expected', 'threat'), source: is.text },
  'taken back': { source: is.text },
  paused: { forMs: is.amount },
  resumed: {},
  reset: ofRoute,
  changed: ofRoute,
}

/** Whether something that was received is a word. */
export function isWord(value: unknown): value is OperatorWord {
  if (typeof value !== 'object' || value === null) return false
  const { said } = value as { said?: unknown }
  if (typeof said !== 'string' || !Object.hasOwn(CHECKS, said)) return false
  return hasShape(value as Record<string, unknown>, CHECKS[said as OperatorWord['said']])
}

/** Whether what was learnt changes by it. */
export function isForLearning(word: OperatorWord): word is LearningWord {
  return ['threat', 'reset', 'changed', 'taken back'].includes(word.said)
}
