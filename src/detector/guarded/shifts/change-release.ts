import type { CellGrid } from '../admission/cell-grid.js'
import type { OddRecords } from '../admission/odd-records.js'
import { TOLERANCE } from '../admission/tail-gate.js'
import type { RandomStream } from '../random-stream.js'
import type { RecordStore } from '../record-store.js'
import type { AnnouncedChange } from './announced-change.js'
import { asVaried, everyIndex, quotaOf, shuffled, underQuota, type VarietyScale } from './shift-release.js'

/** What a release changes on one route. */
export interface RouteChange {
  readonly route: string
  /** Indices of records of the baseline that go. */
  readonly leaving: readonly number[]
  /** Indices of odd records that come in, as many as there are for the places of the route. */
  readonly entering: readonly number[]
}

/** Where an announced change meets the records that it is about. */
export interface ChangeScene {
  readonly odd: OddRecords
  readonly baseline: RecordStore
  readonly grid: CellGrid
  readonly scale: VarietyScale
  /** Expected share of odd records. */
  readonly share: number
  readonly random: RandomStream
}

/**
 * What an announced change brings, route by route; null while there is too little evidence of it.
 *
 * A fifth of the evidence comes with a fifth of the records, too few to fill the places that a route has in the
 * baseline. All the same, the share of its old records that no longer comes leaves; otherwise these would go on saying
 * what is usual. The places that are left free fill with what comes next.
 */
export function releaseOf(change: AnnouncedChange, scene: ChangeScene): RouteChange[] | null {
  const { odd, baseline, scale, share } = scene
  const latest = odd.newest().filter((i) => change.concerns(odd.records.routes[i] as string))
  const varied = (): boolean => {
    const known = everyIndex(baseline).filter((i) => change.concerns(baseline.routes[i] as string))
    return asVaried(odd.records, latest, baseline, known, scale)
  }
  if (change.evidence.verdict(varied) === null) return null
  const changes: RouteChange[] = []
  for (const route of new Set(latest.map((i) => odd.records.routes[i] as string))) {
    const candidates = latest.filter((i) => odd.records.routes[i] === route)
    const oddShare = Math.min(1, candidates.length / Math.max(1, change.seenOf(route).records))
    if (oddShare > TOLERANCE * share) changes.push(drawn(route, candidates, oddShare, change, scene))
  }
  return changes
}

function drawn(
  route: string,
  candidates: number[],
  oddShare: number,
  change: AnnouncedChange,
  { odd, baseline, grid, random }: ChangeScene,
): RouteChange {
  const known = everyIndex(baseline).filter((i) => baseline.routes[i] === route)
  const leaving = shuffled(known, random).slice(0, Math.round(oddShare * known.length))
  // A route that the baseline hardly knows gets the places that its share of the traffic is due.
  const due = Math.round(oddShare * change.seenOf(route).share * baseline.size)
  const wanted = Math.max(leaving.length, due)
  const entering = underQuota(shuffled(candidates, random), odd.records, quotaOf(grid, baseline), wanted)
  return { route, leaving, entering }
}
