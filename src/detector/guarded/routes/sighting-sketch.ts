/** Counters of each of the four rows; a power of two. */
const WIDTH = 4096
const ROWS = 4
const MOST = 255

/**
 * About how often each of any number of names came up of late, in 16 KiB: a count-min sketch (Cormode, Muthukrishnan
 * 2005) with conservative update, whose counters are halved from time to time, as TinyLFU has it (Einziger, Friedman,
 * Manes 2017). It may say too much, where names share counters, and never too little.
 */
export class SightingSketch {
  readonly #counts: Uint8Array

  constructor(counts?: Uint8Array) {
    this.#counts = counts?.length === ROWS * WIDTH ? counts.slice() : new Uint8Array(ROWS * WIDTH)
  }

  /** Counts a name; returns how often it has come up. */
  see(name: string): number {
    const counts = this.#counts
    const hash = hashOf(name)
    let least = MOST
    for (let row = 0; row < ROWS; row++) least = Math.min(least, counts[placeOf(hash, row)] as number)
    const count = Math.min(least + 1, MOST)
    for (let row = 0; row < ROWS; row++) {
      const at = placeOf(hash, row)
      if ((counts[at] as number) < count) counts[at] = count
    }
    return count
  }

  /** Halves all counts. */
  age(): void {
    const counts = this.#counts
    for (let i = 0; i < counts.length; i++) counts[i] = (counts[i] as number) >> 1
  }

  clear(): void {
    this.#counts.fill(0)
  }

  capture(): Uint8Array {
    return this.#counts.slice()
  }
}

/** FNV-1a over UTF-16 units, mixed at the end. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
}

/** Where a row counts a hash: each row multiplies by another odd number. */
function placeOf(hash: number, row: number): number {
  const mixed = Math.imul(hash, 0x9e3779b1 + 2 * row * 0x3c6ef372)
  return row * WIDTH + (((mixed ^ (mixed >>> 16)) >>> 4) & (WIDTH - 1))
}
