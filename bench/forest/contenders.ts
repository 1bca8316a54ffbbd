import { readFileSync } from 'node:fs'
import { type ForestOptions, IsolationForest } from '#sentinel/forest/index.js'
import { NpmIsolationForest } from '../../made-up/peers/npm-isolation-forest.js'
import { NpmMlIsolationForest } from '../../made-up/peers/npm-ml-isolation-forest.js'
import { ObjectForest } from '../../made-up/peers/object-forest.js'
import type { Peer, PeerOptions } from '../../made-up/peers/peer.js'
import { TypedArrayForest } from '../../made-up/peers/typed-array-forest.js'
import type { Runner } from '../race.js'

/** One of the two release modules. */
export const wasmFiles = { plain: 'forest.wasm', shared: 'forest.shared.wasm' } as const

export function readModule(build: keyof typeof wasmFiles): Buffer {
  return readFileSync(new URL(`../../dist/forest/${wasmFiles[build]}`, import.meta.url))
}

/** A forest in WebAssembly, on its own memory. */
export function wasmForest(build: keyof typeof wasmFiles, options: ForestOptions): Promise<IsolationForest> {
  return IsolationForest.create({ ...options, wasm: readModule(build), shared: build === 'shared' })
}

/** What a race needs of a contender, with the rows already in the shape it likes. */
export interface Contender {
  name: string
  fit: Runner
  /** Scores every probe, one call each. */
  single: Runner
  scores(): number[]
}

/** Fits a peer and turns it into runners. */
export function contender<Row>(peer: Peer<Row>, training: number[][], probes: number[][]): Contender {
  const rows = training.map((row) => peer.row(row))
  const own = probes.map((row) => peer.row(row))
  peer.fit(rows)
  return {
    name: peer.name,
    fit: {
      name: peer.name,
      operations: 1,
      run: () => {
        peer.fit(rows)
        return peer.score(own[0] as Row)
      },
    },
    single: {
      name: peer.name,
      operations: own.length,
      run: () => {
        let sum = 0
        for (const row of own) sum += peer.score(row)
        return sum
      },
    },
    scores: () => own.map((row) => peer.score(row)),
  }
}

/** The WebAssembly forest as a peer, for the same runners as everyone. */
export function wasmPeer(name: string, forest: IsolationForest): Peer {
  return {
    name,
    row: (values) => values,
    fit: (rows) => void forest.fit(rows),
    score: (row) => forest.score(row),
    scoreBatch: (rows) => forest.scoreBatch(rows),
  }
}

/** Every JavaScript rival, fitted. */
export function rivals(options: PeerOptions, training: number[][], probes: number[][]) {
  return {
    typed: contender(new TypedArrayForest(options), training, probes),
    objects: contender(new ObjectForest(options), training, probes),
    npm: contender(new NpmIsolationForest(options), training, probes),
    ml: contender(new NpmMlIsolationForest(options), training, probes),
  }
}
