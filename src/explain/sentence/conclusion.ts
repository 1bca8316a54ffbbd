import { REQUEST_WORDING, type Wording } from './phrases.js'
import type { Situation } from './situation.js'

/** What speaks for a record being more than chance. */
export interface Evidence {
  /** It belongs to an open incident. */
  readonly inIncident: boolean
}

/** What is known of a record besides its verdict: nothing, unless it is said. */
export interface Circumstances {
  /** The name of its route; null or empty where it has none. */
  readonly route?: string | null | undefined
  readonly evidence?: Evidence | undefined
  /** How to speak of its features; default: as of those of requests. */
  readonly words?: Wording | undefined
}

/** From so many times the usual value or the limit on, a sentence may say what that can mean. */
export const FAR_TIMES = 10

/** Whether a value is so far above the usual one, or its limit, that it may be said what that can mean. */
export function isFarAbove(words: Wording, feature: string, value: number, usual: number): boolean {
  if (usual === 0) return value > words.largeValueOf(feature)
  return usual > 0 && value >= FAR_TIMES * usual
}

/** Whether the record was compared with all traffic because too little is known of its route. */
export function isRouteUnknown(situation: Situation, { route }: Circumstances): boolean {
  return 'scope' in situation && situation.scope === 'baseline' && Boolean(route)
}

/**
 * What the finding may mean, or null where that cannot be said: from ten times a static limit on, or, of a record
 * of an open incident, from ten times what is usual for its route. What is usual elsewhere warrants nothing.
 */
export function conclusionOf(situation: Situation, circumstances: Circumstances): string | null {
  const { words = REQUEST_WORDING } = circumstances
  switch (situation.kind) {
    case 'limit': {
      const [worst] = situation.exceeded
      if (worst === undefined || !isFarAbove(words, worst.feature, worst.value, worst.limit)) return null
      return words.meaningOf(worst.feature)
    }
    case 'feature': {
      const { leading, side } = situation
      if (side === 'low' || circumstances.evidence?.inIncident !== true) return null
      if (isRouteUnknown(situation, circumstances)) return null
      const far = isFarAbove(words, leading.feature, leading.value, leading.median)
      return far ? words.meaningOf(leading.feature) : null
    }
    case 'combination':
    case 'unknown':
      return null
  }
}
