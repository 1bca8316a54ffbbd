// How does the forest compare with the libraries people use today? scikit-learn and isotree through python3, where
// the machine has them, in turn with WebAssembly on the same rows.

import { type PythonPeer, type PythonTimings, pythonPeers, timePython } from '../made-up/peers/python.js'
import { packed, telemetryRows } from '../made-up/rows.js'
import { wasmForest } from './forest/contenders.js'
import type { Goal, Order, Outcome } from './goal.js'
import { quantile, race } from './race.js'
import { type Spread, spread } from './spread.js'
import { duration, table, times } from './table.js'

const options = { nTrees: 100, subsampleSize: 256, seed: 42 }
const ROWS = 1000

/** Nanoseconds: a whole fit, a row of the others. */
export interface Costs {
  fit: number[]
  single: number[]
  batch: number[]
}

export interface PeerFigures {
  name: string
  version: string | null
  skipped: string | null
  /** Medians of each round. */
  costs: Costs
}

export async function benchmarkPeers({ quick, progress }: Order): Promise<Outcome> {
  const rows = telemetryRows(ROWS, 1)
  const wasm: PeerFigures = { name: 'wasm', version: null, skipped: null, costs: noCosts() }
  const peers = pythonPeers.map(
    (name): PeerFigures => ({ name, version: null, skipped: null, costs: noCosts() }),
  )
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    progress(`round ${round + 1}`)
    add(wasm.costs, await wasmCosts(rows, quick ? 20 : 300))
    for (const peer of peers.filter(({ skipped }) => skipped === null)) {
      const timings = timePython(peer.name as PythonPeer, rows, options, quick ? 1 : 3)
      if ('skipped' in timings) peer.skipped = timings.skipped
      else {
        if (round === 0) await prove(peer.name, rows, timings)
        peer.version = timings.version
        add(peer.costs, costsOf(timings))
      }
    }
  }
  const figures = [wasm, ...peers]
  return { goals: goalsOf(wasm, peers), text: show(wasm, peers), figures }
}

function noCosts(): Costs {
  return { fit: [], single: [], batch: [] }
}

function add(to: Costs, more: Record<keyof Costs, number>): void {
  for (const what of ['fit', 'single', 'batch'] as const) to[what].push(more[what])
}

function costsOf({ fit_ms, single_us, batch_us }: PythonTimings): Record<keyof Costs, number> {
  return {
    fit: quantile(fit_ms, 0.5) * 1e6,
    single: quantile(single_us, 0.5) * 1e3,
    batch: quantile(batch_us, 0.5) * 1e3,
  }
}

async function wasmCosts(rows: number[][], ms: number): Promise<Record<keyof Costs, number>> {
  const forest = await wasmForest('plain', { nFeatures: 3, ...options })
  const batchRows = packed(rows)
  const [fit, single, batch] = await race(
    [
      { name: 'fit', operations: 1, run: () => forest.fit(rows).threshold },
      {
        name: 'single',
        operations: rows.length,
        run: () => rows.reduce((sum, row) => sum + forest.score(row), 0),
      },
      { name: 'batch', operations: rows.length, run: () => forest.scoreBatch(batchRows)[0] as number },
    ],
    { rounds: 1, ms },
  )
  if (!fit || !single || !batch) throw new Error('a timing is missing')
  return { fit: fit.median, single: single.median, batch: batch.median }
}

/** Both must find the same rows odd, or the times compare nothing. */
async function prove(name: string, rows: number[][], { scores }: PythonTimings): Promise<void> {
  const forest = (await wasmForest('plain', { nFeatures: 3, ...options })).fit(rows)
  const gaps = [...forest.scoreBatch(rows)].map((score, i) => Math.abs(score - (scores[i] as number)))
  const gap = quantile(gaps, 0.9)
  if (gap > 0.05) throw new Error(`${name} scores the same rows otherwise, by ${gap.toFixed(3)}`)
}

function goalsOf(wasm: PeerFigures, peers: readonly PeerFigures[]): Goal[] {
  return peers
    .filter(({ skipped }) => skipped === null)
    .flatMap(({ name, costs }) =>
      (['single', 'batch', 'fit'] as const).map((what): Goal => {
        const { median, least, most } = against(costs[what], wasm.costs[what])
        return {
          question: `${TITLES[what]}: ${name} takes`,
          measured: `${times(median)} (${times(least)} to ${times(most)})`,
          wanted: 'more than 1x',
          met: median > 1,
        }
      }),
    )
}

const TITLES: Readonly<Record<keyof Costs, string>> = {
  single: 'score a row',
  batch: 'a row in a batch of 1,000',
  fit: 'fit 1,000 rows',
}

function against(peer: readonly number[], wasm: readonly number[]): Spread {
  return spread(peer.map((ns, round) => ns / (wasm[round] as number)))
}

function show(wasm: PeerFigures, peers: readonly PeerFigures[]): string {
  const skipped = peers.flatMap(({ name, skipped: why }) =>
    why === null ? [] : [`${name}: skipped, ${why}`],
  )
  const rows = [wasm, ...peers]
    .filter(({ skipped: why }) => why === null)
    .map(({ name, version, costs }) => [
      version === null ? name : `${name} ${version}, one thread`,
      ...(['single', 'batch', 'fit'] as const).map((what) => duration(quantile(costs[what], 0.5))),
    ])
  return [table(['', TITLES.single, TITLES.batch, TITLES.fit], rows), ...skipped].join('\n\n')
}
