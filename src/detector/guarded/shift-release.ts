import { type CellGrid, cellAt, sharedCell } from './cell-grid.js'
import type { RandomStream } from './random-stream.js'
import type { RecordStore } from './record-store.js'
import type { Shift } from './shift-evidence.js'

/** Variety may be this many bits short of the baseline's and still count as the same. */
const VARIETY_SLACK_BITS = 1

/**
 * Whether the latest odd records (half a window of them) are as varied as the baseline: collision entropy
 * (Rényi 1961, order 2) over cells one spread wide.
 * @param next place in the ring that the next odd record would take
 */
export function asVaried(
  odd: RecordStore,
  next: number,
  baseline: RecordStore,
  spreads: Float64Array,
): boolean {
  const latest = newest(odd, next, baseline.capacity >> 1)
  return (
    variety(odd, latest, spreads) >= variety(baseline, everyPlace(baseline), spreads) - VARIETY_SLACK_BITS
  )
}

/**
 * Draws the odd records that enter on a release, in random order, as many as their share of the baseline, and
 * random places for them. No cell gets more than its quota, but for a shift that lasted so long that
 * near-identical records are what there is.
 */
export function drawShifted(
  shift: Shift,
  odd: RecordStore,
  next: number,
  baseline: RecordStore,
  grid: CellGrid,
  random: RandomStream,
): { readonly from: number; readonly place: number }[] {
  const wanted = Math.round(shift.share * baseline.size)
  const quota = shift.kind === 'lasting' ? baseline.size : Math.max(1, grid.quota * baseline.size)
  const candidates = shuffled(
    newest(odd, next, shift.kind === 'replaced' ? baseline.capacity >> 1 : odd.size),
    random,
  )
  const places = shuffled(everyPlace(baseline), random)
  const taken = new Map<number, number>()
  const drawn: { from: number; place: number }[] = []
  for (const from of candidates) {
    if (drawn.length >= wanted) break
    const cell = odd.cells[from] as number
    const count = taken.get(cell) ?? 0
    if (count >= quota) continue
    taken.set(cell, count + 1)
    drawn.push({ from, place: places[drawn.length] as number })
  }
  return drawn
}

function variety(store: RecordStore, places: readonly number[], spreads: Float64Array): number {
  const cells = Uint32Array.from(places, (place) => cellAt(store.logs, place * store.nFeatures, spreads, 1))
  const pairs = (places.length * (places.length - 1)) / 2
  return -Math.log2(Math.max(sharedCell(cells), 1 / Math.max(pairs, 1)))
}

function everyPlace(store: RecordStore): number[] {
  return Array.from({ length: store.size }, (_, place) => place)
}

/** Places of the newest `count` records of a ring, oldest first. */
function newest(ring: RecordStore, next: number, count: number): number[] {
  const n = Math.min(count, ring.size)
  return Array.from({ length: n }, (_, i) => (next - n + i + ring.capacity) % ring.capacity)
}

/** Fisher-Yates. */
function shuffled(places: number[], random: RandomStream): number[] {
  for (let i = places.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const swap = places[i] as number
    places[i] = places[j] as number
    places[j] = swap
  }
  return places
}
