import { mulberry32 } from '../random.js'
import { NaiveForest } from './naive-forest.js'
import type { Peer, PeerOptions } from './peer.js'

/** The textbook in JavaScript: node objects and recursion. It is the forest that the tests take as reference. */
export class ObjectForest implements Peer {
  readonly name = 'node objects'
  #forest: NaiveForest | undefined

  constructor(readonly options: PeerOptions) {}

  row(values: number[]): number[] {
    return values
  }

  fit(rows: number[][]): void {
    const { nTrees, subsampleSize, seed } = this.options
    const random = mulberry32(seed)
    this.#forest = NaiveForest.grow(rows, { nTrees, subsampleSize, randomOfTree: () => random })
  }

  score(row: number[]): number {
    if (!this.#forest) throw new Error('fit first')
    return this.#forest.score(row)
  }

  scoreBatch(rows: number[][]): Float64Array {
    return Float64Array.from(rows, (row) => this.score(row))
  }
}
