import { type CellGrid, cellAt, sharedCell } from '../admission/cell-grid.js'
import type { OddRecords } from '../admission/odd-records.js'
import { toLog } from '../frame/log-scale.js'
import type { RandomStream } from '../random-stream.js'
import type { RecordStore } from '../record-store.js'
import type { Shift } from './shift-evidence.js'

/** Variety may be this many bits short of the baseline's and still count as the same. */
const VARIETY_SLACK_BITS = 1

/** What variety is measured in, by feature: one log scale for all routes, so that their levels count, too. */
export interface VarietyScale {
  readonly perUnit: Float64Array
  /** Spread of the records around their centres. */
  readonly within: Float64Array
}

/**
 * Whether some odd records are as varied as some of the baseline: collision entropy (Rényi 1961, order 2) over cells
 * one spread wide.
 */
export function asVaried(
  odd: RecordStore,
  oddIndices: readonly number[],
  baseline: RecordStore,
  indices: readonly number[],
  scale: VarietyScale,
): boolean {
  return variety(odd, oddIndices, scale) >= variety(baseline, indices, scale) - VARIETY_SLACK_BITS
}

/**
 * Draws the odd records that enter on a release, in random order, as many as their share of the baseline, and
 * random indices for them. No cell gets more than its quota, but for a shift that lasted so long that
 * near-identical records are what there is.
 */
export function drawShifted(
  shift: Shift,
  odd: OddRecords,
  baseline: RecordStore,
  grid: CellGrid,
  random: RandomStream,
): { readonly from: number; readonly to: number }[] {
  const wanted = Math.round(shift.share * baseline.size)
  const quota = shift.kind === 'lasting' ? baseline.size : quotaOf(grid, baseline)
  const latest = odd.newest(shift.kind === 'replaced' ? baseline.capacity >> 1 : odd.records.size)
  const candidates = shuffled(latest, random)
  const free = shuffled(everyIndex(baseline), random)
  const drawn = underQuota(candidates, odd.records, quota, wanted)
  return drawn.map((from, i) => ({ from, to: free[i] as number }))
}

/** How many records of one cell may enter. */
export function quotaOf(grid: CellGrid, baseline: RecordStore): number {
  return Math.max(1, grid.quota * baseline.size)
}

/** The first candidates, at most `wanted` of them and no more of any cell than its quota. */
export function underQuota(
  candidates: readonly number[],
  records: RecordStore,
  quota: number,
  wanted: number,
): number[] {
  const taken = new Map<number, number>()
  const drawn: number[] = []
  for (const from of candidates) {
    if (drawn.length >= wanted) break
    const cell = records.cells[from] as number
    const count = taken.get(cell) ?? 0
    if (count >= quota) continue
    taken.set(cell, count + 1)
    drawn.push(from)
  }
  return drawn
}

export function everyIndex(store: RecordStore): number[] {
  return Array.from({ length: store.size }, (_, index) => index)
}

/** Fisher-Yates, in place. */
export function shuffled(indices: number[], random: RandomStream): number[] {
  for (let i = indices.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const swap = indices[i] as number
    indices[i] = indices[j] as number
    indices[j] = swap
  }
  return indices
}

function variety(store: RecordStore, indices: readonly number[], { perUnit, within }: VarietyScale): number {
  const logs = new Float64Array(store.nFeatures)
  const cells = Uint32Array.from(indices, (i) => {
    for (let f = 0; f < logs.length; f++)
      logs[f] = toLog(store.values[i * logs.length + f] as number, perUnit[f] as number)
    return cellAt(logs, 0, within, 1)
  })
  const pairs = (indices.length * (indices.length - 1)) / 2
  return -Math.log2(Math.max(sharedCell(cells), 1 / Math.max(pairs, 1)))
}
