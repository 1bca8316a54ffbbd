import type { RecordStore } from '../record-store.js'

/** Buckets of an empty table; a power of two, as every size of it. */
const LEAST_BUCKETS = 64

/**
 * How many records of a store each cell holds: a hash table with open addressing, for a Map of 32-bit numbers
 * allocates one for each that it is asked for. Cells are kept as signed numbers, which V8 hands to a call
 * as they are; of half of the others it would make objects.
 */
export class CellCounts {
  #cells = new Int32Array(LEAST_BUCKETS)
  /** One more than the count; 0 where there never was a cell. */
  #counts = new Uint32Array(LEAST_BUCKETS)
  #taken = 0

  of(cell: number): number {
    return Math.max((this.#counts[this.#bucketOf(cell)] as number) - 1, 0)
  }

  add(cell: number): void {
    const bucket = this.#bucketOf(cell)
    if (this.#counts[bucket] === 0) {
      this.#cells[bucket] = cell
      this.#counts[bucket] = 2
      this.#taken += 1
      if (2 * this.#taken > this.#counts.length) this.#rebuild()
    } else {
      this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    }
  }

  remove(cell: number): void {
    const bucket = this.#bucketOf(cell)
    const count = this.#counts[bucket] as number
    if (count > 1) this.#counts[bucket] = count - 1
  }

  /** Counts the cells of a store anew. */
  recount(store: RecordStore): void {
    this.#counts.fill(0)
    this.#taken = 0
    for (let i = 0; i < store.size; i++) this.add(store.cells[i] as number)
  }

  /** Where a cell is, or would be. Cells are hashes already. */
  #bucketOf(cell: number): number {
    const mask = this.#counts.length - 1
    let bucket = cell & mask
    while (this.#counts[bucket] !== 0 && this.#cells[bucket] !== (cell | 0)) bucket = (bucket + 1) & mask
    return bucket
  }

  /** Forgets the cells that were emptied, and makes room for four times those that are left. */
  #rebuild(): void {
    const cells = this.#cells
    const counts = this.#counts
    let left = 0
    // No iterators here: each step of one is an object.
    for (let i = 0; i < counts.length; i++) if ((counts[i] as number) > 1) left += 1
    const buckets = Math.max(LEAST_BUCKETS, 2 ** Math.ceil(Math.log2(4 * left)))
    this.#cells = new Int32Array(buckets)
    this.#counts = new Uint32Array(buckets)
    this.#taken = left
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i] as number
      if (count <= 1) continue
      const bucket = this.#bucketOf(cells[i] as number)
      this.#cells[bucket] = cells[i] as number
      this.#counts[bucket] = count
    }
  }
}
