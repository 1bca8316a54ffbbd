import type { Activity } from '../../activity/activity.js'
import type { OriginQuery } from '../../alerts/origin.js'
import type { Detectors } from '../../detectors/detectors.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import type { Sentinel } from '../../sentinel.js'
import type { Status } from '../schemas/live.js'

/** Baselines, the first of which is always there. */
export type Baselines = readonly [Sentinel, ...Sentinel[]]

/** Whom a stream tells of: a detector, or one of its baselines. */
export interface LiveSubject {
  /** The same for all who ask for the same. */
  readonly key: string
  /** Whose incidents and anomalies are told of. */
  readonly origin: OriginQuery
  /** What was seen lately of the whole detector. */
  readonly activity: Activity
  /** Whether all of that is of the baselines; else they are one of many. */
  readonly whole: boolean
  /** Those whose figures are told, as they are now: entities come and go. */
  baselines(): Baselines
  /** Who it is, where somebody asked for them by name. */
  standing(baselines: Baselines): Status['of']
}

/** Where nobody is named: what there was before there were detectors, with the incidents of all. */
export function subjectByDefault({ default: { shared } }: Detectors): LiveSubject {
  return {
    ...{ key: '', origin: {}, activity: shared.activity, whole: true },
    baselines: () => [shared],
    standing: () => undefined,
  }
}

/**
 * A detector, or one of its baselines.
 * @param entity undefined for all of it, null for the baseline that all others share
 */
export function subjectOf(detector: NamedDetector, entity?: string | null): LiveSubject {
  const { name, shared } = detector
  const { activity } = shared
  const origin = { detector: name, entity }
  const key = JSON.stringify([name, entity])
  if (entity === undefined)
    return {
      ...{ key, origin, activity, whole: true },
      baselines: () => baselinesOf(detector),
      standing: (baselines) => standingOf({ detector: name, in_memory: true }, baselines),
    }
  return {
    ...{ key, origin, activity, whole: detector.entities === null },
    baselines: () => [detector.by(entity) ?? shared],
    standing: (baselines) =>
      standingOf({ detector: name, entity, in_memory: detector.by(entity) !== null }, baselines),
  }
}

/** All that are in memory. The shared one counts for nothing where every record is of an entity. */
function baselinesOf({ shared, sentinels }: NamedDetector): Baselines {
  const [first, ...others] = sentinels.slice(1)
  if (first === undefined) return [shared]
  return shared.detector.records === 0 ? [first, ...others] : [shared, first, ...others]
}

type Standing = NonNullable<Status['of']>

function standingOf(who: Omit<Standing, 'baselines' | 'trained'>, baselines: readonly Sentinel[]): Standing {
  const trained = baselines.filter(({ detector }) => detector.trained).length
  return { ...who, baselines: baselines.length, trained }
}
