import { type RecordState, RecordStore } from '../record-store.js'
import { CellCounts } from './cell-counts.js'

/** The latest odd records, in a ring, and how many of them each cell holds. */
export class OddRecords {
  readonly records: RecordStore
  readonly #cells = new CellCounts()
  #next = 0

  constructor(capacity: number, nFeatures: number) {
    this.records = new RecordStore(capacity, nFeatures)
  }

  /** Where the next one goes. */
  get next(): number {
    return this.#next
  }

  /** How many of them are in a cell. */
  of(cell: number): number {
    return this.#cells.of(cell)
  }

  /** Takes in a record, a store of one, in place of the oldest when the ring is full. */
  add(record: RecordStore, cell: number): void {
    const { records } = this
    if (records.size === records.capacity) this.#cells.remove(records.cells[this.#next] as number)
    records.copy(this.#next, record, 0)
    this.#cells.add(cell)
    this.#next = (this.#next + 1) % records.capacity
  }

  /** Indices of the newest `count`, oldest first. */
  newest(count: number = this.records.size): number[] {
    const { size, capacity } = this.records
    const n = Math.min(count, size)
    return Array.from({ length: n }, (_, i) => (this.#next - n + i + capacity) % capacity)
  }

  /** Counts the cells anew, after the records were labelled. */
  recount(): void {
    this.#cells.recount(this.records)
  }

  clear(): void {
    this.records.size = 0
    this.#next = 0
    this.recount()
  }

  /** Keeps the records whose index a question says yes to; returns how many went. */
  retain(stays: (index: number) => boolean): number {
    const { records } = this
    const staying = this.newest().filter(stays)
    const gone = records.size - staying.length
    if (gone === 0) return 0
    const kept = new RecordStore(records.capacity, records.nFeatures)
    for (const index of staying) kept.copy(kept.size, records, index)
    this.clear()
    for (let i = 0; i < kept.size; i++) records.copy(i, kept, i)
    this.#next = kept.size
    this.recount()
    return gone
  }

  capture(): RecordState {
    return this.records.capture()
  }

  /** Takes over captured records; the cells are still to be counted. */
  restore(state: RecordState, next: number): void {
    this.records.restore(state)
    this.#next = next % this.records.capacity
  }
}
