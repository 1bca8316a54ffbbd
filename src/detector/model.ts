import type { Arena } from '../forest/arena.js'
import type { Feature } from './features.js'
import type { Contribution, Verdict } from './verdict.js'

/** The forest that answers now: one slot of the arena, never written while it is this. */
export class Model {
  readonly generation: number
  readonly #arena: Arena
  readonly #slot: number
  readonly #features: readonly Feature[]
  readonly #columns: readonly Float32Array[]
  readonly #threshold: number
  readonly #fittedRows: number

  constructor(arena: Arena, slot: number, generation: number, features: readonly Feature[]) {
    this.generation = generation
    this.#arena = arena
    this.#slot = slot
    this.#features = features
    this.#columns = features.map((_, index) => arena.column(slot, index))
    this.#threshold = arena.wasm.thresholdOf(arena.base, slot)
    this.#fittedRows = arena.wasm.fittedRows(arena.base, slot)
  }

  get slot(): number {
    return this.#slot
  }

  /** @param detail whether contributions are wanted for a normal row, too */
  judge(row: Float32Array, detail: boolean): Verdict {
    const { wasm, base } = this.#arena
    this.#arena.row.set(row)
    const score = wasm.score(base, this.#slot)
    const anomalous = wasm.exceeds(score, this.#threshold) !== 0
    return {
      anomalous,
      score,
      confidence: wasm.confidence(base, this.#slot, score),
      threshold: this.#threshold,
      generation: this.generation,
      detector: 'forest',
      contributions: anomalous || detail ? this.#explain(row) : [],
      exceeded: [],
      fittedRows: this.#fittedRows,
    }
  }

  #explain(row: Float32Array): Contribution[] {
    const { wasm, base } = this.#arena
    this.#arena.row.set(row)
    wasm.attribute(base, this.#slot)
    const bits = this.#arena.contributions
    return this.#features.map(({ name, unit }, index) => {
      const value = row[index] as number
      const column = this.#columns[index] as Float32Array
      return {
        feature: name,
        unit,
        value,
        bits: bits[index] as number,
        median: median(column),
        percentile: midRank(column, value),
      }
    })
  }
}

function median(ascending: Float32Array): number {
  const n = ascending.length
  const upper = ascending[n >> 1] as number
  return n % 2 === 1 ? upper : ((ascending[(n >> 1) - 1] as number) + upper) / 2
}

/** Percentile rank, ties counted half: 0 below all of them, 100 above all. */
function midRank(ascending: Float32Array, value: number): number {
  const below = countWhile(ascending, (other) => other < value)
  const upTo = countWhile(ascending, (other) => other <= value)
  return (50 * (below + upTo)) / ascending.length
}

/** How many leading elements hold, where those that do all come first. */
function countWhile(ascending: Float32Array, holds: (value: number) => boolean): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(ascending[middle] as number)) low = middle + 1
    else high = middle
  }
  return low
}
