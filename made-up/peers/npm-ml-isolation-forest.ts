import { createRequire } from 'node:module'
import type { Peer, PeerOptions } from './peer.js'

/** The part of the package in use; it ships no types. */
interface MlForest {
  train(rows: number[][]): void
  predict(rows: number[][]): number[]
}

const { IsolationForest: MlForest } = createRequire(import.meta.url)('ml-isolation-forest') as {
  IsolationForest: new (options: { nEstimators: number }) => MlForest
}

/**
 * npm `ml-isolation-forest`: no seed, no subsampling (ψ is the number of rows) and c(n) with the Euler
 * constant left undoubled (Utils.js), so its scores rank rows but are not comparable with others'.
 */
export class NpmMlIsolationForest implements Peer {
  readonly name = 'npm ml-isolation-forest'
  #forest: MlForest | undefined

  constructor(readonly options: PeerOptions) {}

  row(values: number[]): number[] {
    return values
  }

  fit(rows: number[][]): void {
    const forest = new MlForest({ nEstimators: this.options.nTrees })
    forest.train(rows)
    this.#forest = forest
  }

  score(row: number[]): number {
    return this.scoreBatch([row])[0] as number
  }

  scoreBatch(rows: number[][]): number[] {
    if (!this.#forest) throw new Error('fit first')
    return this.#forest.predict(rows)
  }
}
