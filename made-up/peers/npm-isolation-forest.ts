import { createRequire } from 'node:module'
import type { IsolationForest } from 'isolation-forest'
import type { Peer, PeerOptions } from './peer.js'

// The package is CommonJS and names its exports in a way that static imports cannot see.
const { IsolationForest: NpmForest } = createRequire(import.meta.url)(
  'isolation-forest',
) as typeof import('isolation-forest')

type NamedRow = Record<string, number>

/**
 * npm `isolation-forest`: rows are objects, no seed, and although it draws subsamples it grows every tree on
 * all rows (index.ts, `new ITree(this.X, …)`), so its leaves, and its scores, are off.
 */
export class NpmIsolationForest implements Peer<NamedRow> {
  readonly name = 'npm isolation-forest'
  #forest: IsolationForest | undefined

  constructor(readonly options: PeerOptions) {}

  row(values: number[]): NamedRow {
    return Object.fromEntries(values.map((value, f) => [`f${f}`, value]))
  }

  fit(rows: NamedRow[]): void {
    const forest = new NpmForest(this.options.nTrees, this.options.subsampleSize)
    forest.fit(rows)
    this.#forest = forest
  }

  score(row: NamedRow): number {
    return this.scoreBatch([row])[0] as number
  }

  scoreBatch(rows: NamedRow[]): number[] {
    if (!this.#forest) throw new Error('fit first')
    return this.#forest.predict(rows)
  }
}
