import { type CellGrid, cellAt, sharedCell } from './cell-grid.js'
import type { RandomStream } from './random-stream.js'
import type { RecordStore } from './record-store.js'
import type { Shift } from './shift-evidence.js'

/** Variety may be this many bits short of the baseline's and still count as the same. */
const VARIETY_SLACK_BITS = 1

/**
 * Whether the latest odd records (half a window of them) are as varied as the baseline: collision entropy
 * (Rényi 1961, order 2) over cells one spread wide.
 * @param next index in the ring that the next odd record would take
 */
export function asVaried(
  odd: RecordStore,
  next: number,
  baseline: RecordStore,
  spreads: Float64Array,
): boolean {
  const latest = newest(odd, next, baseline.capacity >> 1)
  return (
    variety(odd, latest, spreads) >= variety(baseline, everyIndex(baseline), spreads) - VARIETY_SLACK_BITS
  )
}

/**
 * Draws the odd records that enter on a release, in random order, as many as their share of the baseline, and
 * random indices for them. No cell gets more than its quota, but for a shift that lasted so long that
 * near-identical records are what there is.
 */
export function drawShifted(
  shift: Shift,
  odd: RecordStore,
  next: number,
  baseline: RecordStore,
  grid: CellGrid,
  random: RandomStream,
): { readonly from: number; readonly to: number }[] {
  const wanted = Math.round(shift.share * baseline.size)
  const quota = shift.kind === 'lasting' ? baseline.size : Math.max(1, grid.quota * baseline.size)
  const candidates = shuffled(
    newest(odd, next, shift.kind === 'replaced' ? baseline.capacity >> 1 : odd.size),
    random,
  )
  const free = shuffled(everyIndex(baseline), random)
  const taken = new Map<number, number>()
  const drawn: { from: number; to: number }[] = []
  for (const from of candidates) {
    if (drawn.length >= wanted) break
    const cell = odd.cells[from] as number
    const count = taken.get(cell) ?? 0
    if (count >= quota) continue
    taken.set(cell, count + 1)
    drawn.push({ from, to: free[drawn.length] as number })
  }
  return drawn
}

function variety(store: RecordStore, indices: readonly number[], spreads: Float64Array): number {
  const cells = Uint32Array.from(indices, (i) => cellAt(store.logs, i * store.nFeatures, spreads, 1))
  const pairs = (indices.length * (indices.length - 1)) / 2
  return -Math.log2(Math.max(sharedCell(cells), 1 / Math.max(pairs, 1)))
}

function everyIndex(store: RecordStore): number[] {
  return Array.from({ length: store.size }, (_, index) => index)
}

/** Indices of the newest `count` records of a ring, oldest first. */
function newest(ring: RecordStore, next: number, count: number): number[] {
  const n = Math.min(count, ring.size)
  return Array.from({ length: n }, (_, i) => (next - n + i + ring.capacity) % ring.capacity)
}

/** Fisher-Yates. */
function shuffled(indices: number[], random: RandomStream): number[] {
  for (let i = indices.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const swap = indices[i] as number
    indices[i] = indices[j] as number
    indices[j] = swap
  }
  return indices
}
