import { createRequire } from 'node:module'
import type { IsolationForest } from 'isolation-forest'
import type { Peer, PeerOptions } from './peer.js'

// The package is CommonJS and names its exports in a way that static imports cannot see.
const { IsolationForest: NpmForest } = createRequire(import.meta.url)(
  'isolation-forest',
) as typeof import('isolation-forest')

/**
 * npm `isolation-forest`: rows are objects, no seed, and although it draws subsamples it grows every tree on
 * all rows (index.ts, `new ITree(this.X, …)`), so its leaves, and its scores, are off.
 */
export class NpmIsolationForest implements Peer {
  readonly name = 'npm isolation-forest'
  #forest: IsolationForest | undefined

  constructor(readonly options: PeerOptions) {}

  fit(rows: number[][]): void {
    const forest = new NpmForest(this.options.nTrees, this.options.subsampleSize)
    forest.fit(rows.map(named))
    this.#forest = forest
  }

  score(row: number[]): number {
    return this.scoreBatch([row])[0] as number
  }

  scoreBatch(rows: number[][]): number[] {
    if (!this.#forest) throw new Error('fit first')
    return this.#forest.predict(rows.map(named))
  }
}

function named(row: number[]): Record<string, number> {
  const object: Record<string, number> = {}
  for (let f = 0; f < row.length; f++) object[`f${f}`] = row[f] as number
  return object
}
