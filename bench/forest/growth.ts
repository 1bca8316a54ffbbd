import { TypedArrayForest } from '../../made-up/peers/typed-array-forest.js'
import { gaussianRows, packed } from '../../made-up/rows.js'
import { type Pace, race, ratio } from '../race.js'
import { duration, table, times } from '../table.js'
import { contender, wasmForest, wasmPeer } from './contenders.js'

/** One shape of forest; the others stay at their defaults while one grows. */
export interface Shape {
  nTrees: number
  subsampleSize: number
  nFeatures: number
  nRows: number
}

/** Cost of a shape, nanoseconds: all of a fit, a row of the rest. */
export interface Cost {
  grows: keyof Shape
  shape: Shape
  fit: number
  single: number
  batch: number
  /** How many times longer typed arrays take. */
  typedFit: number
  typedSingle: number
}

const usual: Shape = { nTrees: 100, subsampleSize: 256, nFeatures: 3, nRows: 1000 }
const sweeps: [keyof Shape, number[]][] = [
  ['nTrees', [10, 30, 100, 300, 1000]],
  ['subsampleSize', [64, 256, 1024, 4096]],
  ['nFeatures', [1, 2, 4, 8, 16, 32]],
  ['nRows', [100, 1000, 10_000, 100_000]],
]

/** How cost grows with each dimension; quick measures only the least of each. */
export async function growth(pace: Pace, quick: boolean): Promise<Cost[]> {
  const costs: Cost[] = []
  for (const [grows, values] of sweeps) {
    for (const value of quick ? values.slice(0, 1) : values) {
      const shape = { ...usual, [grows]: value }
      // A subsample larger than the data would be cut to it.
      shape.nRows = Math.max(shape.nRows, grows === 'subsampleSize' ? 5000 : 0)
      costs.push(await cost(grows, shape, pace, quick ? 100 : 10_000))
    }
  }
  return costs
}

/** @param rowsOfBatch scored in one call; a tenth of them is scored one by one */
async function cost(grows: keyof Shape, shape: Shape, pace: Pace, rowsOfBatch: number): Promise<Cost> {
  const { nRows, nFeatures, nTrees, subsampleSize } = shape
  const training = gaussianRows(nRows, nFeatures, 1)
  const probes = gaussianRows(rowsOfBatch / 10, nFeatures, 2)
  const batchRows = packed(gaussianRows(rowsOfBatch, nFeatures, 3))
  const options = { nTrees, subsampleSize, seed: 42 }
  const forest = await wasmForest('plain', { nFeatures, maxRows: nRows, ...options })
  const wasm = contender(wasmPeer('wasm', forest), training, probes)
  const typed = contender(new TypedArrayForest(options), training, probes)
  const batch = {
    name: 'batch',
    operations: batchRows.nRows,
    run: () => forest.scoreBatch(batchRows)[0] as number,
  }
  const [fit, typedFit] = await race([wasm.fit, typed.fit], pace)
  const [single, typedSingle, batched] = await race([wasm.single, typed.single, batch], pace)
  if (!fit || !typedFit || !single || !typedSingle || !batched) throw new Error('a timing is missing')
  return {
    grows,
    shape,
    fit: fit.median,
    single: single.median,
    batch: batched.median,
    typedFit: ratio(typedFit, fit).median,
    typedSingle: ratio(typedSingle, single).median,
  }
}

export function showGrowth(costs: readonly Cost[]): string {
  const rows = costs.map(({ grows, shape, ...ns }) => [
    `${grows} ${shape[grows].toLocaleString('en')}`,
    duration(ns.fit),
    duration(ns.single),
    duration(ns.batch),
    times(ns.typedFit),
    times(ns.typedSingle),
  ])
  return table(
    ['one grows, the rest as usual', 'fit', 'score a row', 'in a batch', 'typed fit', 'typed score'],
    rows,
  )
}
