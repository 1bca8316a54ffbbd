import { AlertsStateError, type Captured, numbersOf } from '../captured.js'

/** Records that are held back at most; of a young route's records this share, but no fewer than a couple. */
const HELD = 32
const HELD_SHARE = 1 / 6
const HELD_LEAST = 2

/**
 * Rare records of a route that are held back until it is known what they were part of: released when the evidence has
 * gone, dropped when it became an incident. Each is a row of numbers; the oldest goes first when there is no more room.
 */
export class Quarantine {
  readonly #width: number
  readonly #rows: Float64Array
  #first = 0
  #size = 0

  /** @param width numbers a record */
  constructor(width: number) {
    this.#width = width
    this.#rows = new Float64Array(HELD * width)
  }

  get size(): number {
    return this.#size
  }

  /**
   * Whether the oldest has to go before the next one can be held.
   * @param records of the route that have come so far
   */
  isFull(records: number): boolean {
    return this.#size >= Math.min(HELD, Math.max(HELD_LEAST, HELD_SHARE * records))
  }

  /** Holds a record back; there has to be room. */
  hold(row: Float64Array): void {
    const place = (this.#first + this.#size) % HELD
    this.#rows.set(row, place * this.#width)
    this.#size += 1
  }

  /** Takes the oldest out into `row`. */
  takeOldest(row: Float64Array): void {
    const at = this.#first * this.#width
    for (let i = 0; i < row.length; i++) row[i] = this.#rows[at + i] as number
    this.#first = (this.#first + 1) % HELD
    this.#size -= 1
  }

  /** Lets those go whose number at `column` is within a band; returns how many. */
  dropWithin(column: number, [from, to]: readonly [number, number]): number {
    const row = new Float64Array(this.#width)
    const before = this.#size
    for (let left = before; left > 0; left--) {
      this.takeOldest(row)
      const number = row[column] as number
      if (number < from || number > to) this.hold(row)
    }
    return before - this.#size
  }

  drop(): void {
    this.#size = 0
  }

  /** Those that are held, oldest first. */
  capture(): Captured {
    const width = this.#width
    const rows = new Float64Array(this.#size * width)
    for (let i = 0; i < this.#size; i++) {
      const at = ((this.#first + i) % HELD) * width
      rows.set(this.#rows.subarray(at, at + width), i * width)
    }
    return { rows, ring: Float64Array.of(0, this.#size) }
  }

  /** @throws AlertsStateError when that is no quarantine */
  restore(captured: Captured): void {
    // A state of before empty rows were left out has all of them.
    const rows = numbersOf(captured, 'rows')
    const [first = 0, size = 0] = numbersOf(captured, 'ring', 2)
    const fits = rows.length === HELD * this.#width || (rows.length === size * this.#width && first === 0)
    if (!fits || !(first >= 0 && first < HELD && size >= 0 && size <= HELD))
      throw new AlertsStateError('ring is off')
    this.#rows.set(rows)
    this.#first = first
    this.#size = size
  }
}
