import type { Contamination, IsolationForest } from 'codeflow-sentinel/forest'
import type { FieldOrder, FitOrder, RankedRow } from './orders.js'

const RANKED = 20

/** A fitted forest with the rows it was fitted on: what the worker keeps between orders. */
export class FittedRows {
  readonly forest: IsolationForest
  readonly scores: Float64Array
  readonly #order: FitOrder

  constructor(forest: IsolationForest, order: FitOrder) {
    this.forest = forest
    this.#order = order
    this.scores = forest.scoreBatch(order)
  }

  row(index: number): Float64Array {
    const { data, nFeatures } = this.#order
    return data.subarray(index * nFeatures, (index + 1) * nFeatures)
  }

  /** 1 where a row's score exceeds the threshold. */
  anomalous(): Uint8Array {
    const { wasm } = this.forest.arena
    const { threshold } = this.forest
    return Uint8Array.from(this.scores, (score) => wasm.exceeds(score, threshold))
  }

  ranked(): RankedRow[] {
    const rows = Array.from(this.scores.keys())
    rows.sort((a, b) => (this.scores[b] as number) - (this.scores[a] as number))
    return rows.slice(0, RANKED).map((row) => {
      const { score, contributions } = this.forest.attribute(this.row(row))
      return { row, score, confidence: this.forest.confidence(score), contributions }
    })
  }

  setContamination(contamination: Contamination): void {
    this.forest.setContamination(contamination)
  }

  /** Scores over a grid of two features, the others at their medians. */
  field({ xFeature, yFeature, xs, ys }: FieldOrder): Float64Array {
    const { nFeatures } = this.#order
    const cell = this.#medians()
    const data = new Float64Array(xs.length * ys.length * nFeatures)
    let at = 0
    for (const y of ys) {
      for (const x of xs) {
        cell[xFeature] = x
        cell[yFeature] = y
        data.set(cell, at)
        at += nFeatures
      }
    }
    return this.forest.scoreBatch({ data, nRows: xs.length * ys.length })
  }

  /** Rows as float32, at most so many, from the first on. */
  float32Rows(most: number): Float32Array[] {
    const n = Math.min(most, this.#order.nRows)
    return Array.from({ length: n }, (_, row) => Float32Array.from(this.row(row)))
  }

  #medians(): Float64Array {
    const { data, nRows, nFeatures } = this.#order
    return Float64Array.from({ length: nFeatures }, (_, feature) => {
      const column = Float64Array.from(
        { length: nRows },
        (_, row) => data[row * nFeatures + feature] as number,
      )
      return column.sort()[nRows >> 1] as number
    })
  }
}
