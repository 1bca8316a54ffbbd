import type { Habit } from './habits.js'
import { SILENCE, SURGE, shiftOf } from './habits.js'

/** What a habit is one of: values far out, a shift, records that stop or double, or what the forest alone finds rare. */
export type HabitKind = 'values' | 'shift' | 'silence' | 'surge'

/** A habit of a route, by names. */
export interface KnownHabit extends Omit<Habit, 'subject'> {
  /** The same wherever it was learnt, and over a restart. */
  readonly id: string
  readonly route: string
  readonly kind: HabitKind
  /** Null where no feature leads. */
  readonly feature: string | null
}

/** @param features names, in column order */
export function knownHabit(
  route: string,
  { subject, ...times }: Habit,
  features: readonly string[],
): KnownHabit {
  const shifted = features.findIndex((_, f) => shiftOf(f) === subject)
  const feature = features[shifted >= 0 ? shifted : subject] ?? null
  const kind = kindOf(subject, shifted >= 0)
  return { id: `habit-${hashOf(`${kind} ${feature} ${route}`)}`, route, kind, feature, ...times }
}

function kindOf(subject: number, isShift: boolean): HabitKind {
  if (subject === SILENCE) return 'silence'
  if (subject === SURGE) return 'surge'
  return isShift ? 'shift' : 'values'
}

/** FNV-1a, in base 36. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(36)
}
