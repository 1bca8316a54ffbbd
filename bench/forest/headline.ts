import type { IsolationForest } from '#sentinel/forest/index.js'
import { packed, telemetryRows } from '../../made-up/rows.js'
import type { Goal } from '../goal.js'
import { type Pace, type Runner, race, ratio, type Timing } from '../race.js'
import { duration, table, times } from '../table.js'
import { contender, readModule, rivals, wasmForest, wasmPeer } from './contenders.js'
import { prove } from './proof.js'

export interface Headline {
  goals: Goal[]
  single: Timing[]
  fit: Timing[]
  batch: Timing[]
  attribute: Timing[]
}

const options = { nTrees: 100, subsampleSize: 256, seed: 42 }
const BATCHES = [1, 100, 10_000, 100_000]
const BATCHES_QUICKLY = [1, 100, 1000]

/** Races on 1,000 telemetry rows x 3, 100 trees, ψ 256; quick ones on fewer rows. */
export async function headline(pace: Pace, quick: boolean): Promise<Headline> {
  const training = telemetryRows(quick ? 300 : 1000, 1)
  const probes = telemetryRows(quick ? 100 : 1000, 2)
  const batches = quick ? BATCHES_QUICKLY : BATCHES
  const forest = await wasmForest('plain', { nFeatures: 3, ...options })
  const wasm = contender(wasmPeer('wasm', forest), training, probes)
  const shared = contender(
    wasmPeer('wasm, shared memory', await wasmForest('shared', { nFeatures: 3, ...options })),
    training,
    probes,
  )
  const { typed, objects, npm, ml } = rivals(options, training, probes)
  const all = [wasm, shared, typed, objects, npm, ml]
  prove(forest, all, probes)

  const single = await race(
    all.map((each) => each.single),
    pace,
  )
  const attributing = attributions(forest, probes)
  const attribute = await race([wasm.single, attributing], pace)
  const batch = await race([wasm.single, ...batches.map((n) => batchOf(forest, n))], pace)
  const fit = await race(
    all.map((each) => each.fit),
    pace,
  )

  return { goals: goals({ single, fit, batch, attribute }, batches), single, fit, batch, attribute }
}

function attributions(forest: IsolationForest, probes: number[][]): Runner {
  const run = () => {
    let sum = 0
    for (const row of probes) sum += forest.attribute(row).contributions[0] as number
    return sum
  }
  return { name: 'attribute', operations: probes.length, run }
}

function batchOf(forest: IsolationForest, nRows: number): Runner {
  const rows = packed(telemetryRows(nRows, 3))
  // A thousand rows or more a sample: one row alone is too short to time.
  const calls = Math.ceil(1000 / nRows)
  const run = () => {
    let sum = 0
    for (let call = 0; call < calls; call++) sum += forest.scoreBatch(rows)[0] as number
    return sum
  }
  return { name: `batch of ${nRows.toLocaleString('en')}`, operations: nRows * calls, run }
}

function goals(timings: Omit<Headline, 'goals'>, batches: readonly number[]): Goal[] {
  const of = (list: Timing[], index: number) => list[index] as Timing
  const { single, fit, batch, attribute } = timings
  const faster = (question: string, list: Timing[], rival: number, atLeast: number): Goal => {
    const { median, least, most } = ratio(of(list, rival), of(list, 0))
    const measured = `${times(median)} (${times(least)} to ${times(most)})`
    return { question, wanted: `at least ${atLeast}x`, measured, met: median >= atLeast }
  }
  const within = (question: string, list: Timing[], index: number, atMost: number): Goal => {
    const { median, least, most } = ratio(of(list, index), of(list, 0))
    const measured = `${times(median)} (${times(least)} to ${times(most)})`
    return { question, wanted: `at most ${atMost}x`, measured, met: median <= atMost }
  }
  const fitMs = of(fit, 0).median / 1e6
  const sizes = (['plain', 'shared'] as const).map((build) => readModule(build).length / 1024)
  return [
    faster('score a row, faster than typed arrays', single, 2, 1.3),
    faster('score a row, faster than node objects', single, 3, 1),
    faster('score a row, faster than npm isolation-forest', single, 4, 15),
    faster('score a row, faster than npm ml-isolation-forest', single, 5, 15),
    within(`a row in a ${batch.at(-1)?.name}, of a single score`, batch, batches.length, 0.9),
    within('attribute a row, of a score', attribute, 1, 3),
    {
      question: 'fit, calibrated',
      wanted: 'at most 4 ms',
      measured: duration(of(fit, 0).median),
      met: fitMs <= 4,
    },
    faster('fit, faster than typed arrays', fit, 2, 1),
    faster('fit, faster than npm isolation-forest', fit, 4, 10),
    faster('fit, faster than npm ml-isolation-forest', fit, 5, 10),
    {
      question: 'the modules, plain and shared',
      wanted: 'at most 12 KiB',
      measured: sizes.map((kib) => `${kib.toFixed(1)} KiB`).join(', '),
      met: sizes.every((kib) => kib <= 12),
    },
  ]
}

/** What the goals were computed from. */
export function showTimings(timings: Omit<Headline, 'goals'>): string {
  const rows = (Object.keys(timings) as (keyof typeof timings)[]).flatMap((what) =>
    timings[what].map((timing) => [
      `${what}: ${timing.name}`,
      duration(timing.median),
      `${duration(timing.low)} to ${duration(timing.high)}`,
    ]),
  )
  return table(['a row (fit: all)', 'median', 'quartiles'], rows)
}
