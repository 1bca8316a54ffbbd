// Does a fit make requests wait? Latencies of /analyze-flow and delays of the event loop at a steady rate and at
// full load: fits switched off, as configured by default, one after the other on the worker, and inline.
import type { Goal, Order, Outcome } from './goal.js'
import { closedLoop } from './http/load.js'
import type { LoadResult } from './http/load-result.js'
import { pacedLoad } from './http/paced.js'
import { ServerProcess, type Vitals } from './http/server-process.js'
import { ordinaryBodies } from './http/traffic.js'
import { ratios, showRatio, showSpread, spread } from './spread.js'
import { duration, table } from './table.js'

const CONNECTIONS = 16
const RECORDS_PER_SECOND = 1000
const CONTINUOUS = { SENTINEL_RETRAIN_EVERY: '1', SENTINEL_TRAIN_DUTY: '1' }
const LONGEST_STALL_MS = 5

const modes = [
  {
    name: 'no fits',
    env: { SENTINEL_MIN_SAMPLES: '1000', SENTINEL_RETRAIN_EVERY: '1000000' },
    inline: false,
  },
  { name: 'fits by default', env: {}, inline: false },
  { name: 'fits on end, worker', env: CONTINUOUS, inline: false },
  { name: 'fits on end, inline', env: CONTINUOUS, inline: true },
] as const

type Mode = (typeof modes)[number]['name']

interface Round {
  steady: LoadResult
  /** While the steady load ran. */
  loop: Vitals['loopDelayMs']
  full: LoadResult
}

export interface StallSeries {
  name: Mode
  rounds: Round[]
}

export async function benchmarkFitStall({ quick, progress }: Order): Promise<Outcome> {
  const bodies = ordinaryBodies()
  const servers: ServerProcess[] = []
  const series: StallSeries[] = modes.map(({ name }) => ({ name, rounds: [] }))
  try {
    for (const { env, inline } of modes) {
      const server = await ServerProcess.start('sentinel', { env, inline })
      servers.push(server)
      await closedLoop(server.url, { connections: CONNECTIONS, bodies, amount: quick ? 160 : 20_000 })
    }
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      progress(`round ${round + 1}`)
      const order = [...servers.keys()]
      for (const i of round % 2 === 0 ? order : order.reverse()) {
        series[i]?.rounds.push(await measured(servers[i] as ServerProcess, bodies, quick))
      }
    }
  } finally {
    for (const server of servers) await server.stop()
  }
  return { goals: goalsOf(series), text: show(series), figures: series }
}

async function measured(server: ServerProcess, bodies: readonly string[], quick: boolean): Promise<Round> {
  await server.vitals('watch-loop')
  const steady = await pacedLoad(server.url, {
    connections: CONNECTIONS,
    bodies,
    perSecond: RECORDS_PER_SECOND,
    amount: RECORDS_PER_SECOND * (quick ? 0.1 : 10),
  })
  const { loopDelayMs } = await server.vitals('unwatch-loop')
  const extent = quick ? { amount: 160 } : { seconds: 2 }
  const full = await closedLoop(server.url, { connections: CONNECTIONS, bodies, ...extent })
  return { steady, loop: loopDelayMs, full }
}

function goalsOf(series: readonly StallSeries[]): Goal[] {
  const of = (name: Mode) => (series.find((each) => each.name === name) as StallSeries).rounds
  const without = of('no fits')
  const p99 = (load: 'steady' | 'full', name: Mode) =>
    ratios(
      of(name).map((round) => round[load].p99Ms),
      without.map((round) => round[load].p99Ms),
    )
  const goals = (['fits on end, worker', 'fits by default'] as const).flatMap((name) =>
    (['steady', 'full'] as const).map((load): Goal => {
      const ratio = p99(load, name)
      const at =
        load === 'steady' ? `${RECORDS_PER_SECOND} records/s` : `full load, ${CONNECTIONS} connections`
      return {
        question: `${name}: p99 of that without fits, ${at}`,
        measured: showRatio(ratio),
        wanted: 'at most 1.15x',
        met: ratio.median <= 1.15,
      }
    }),
  )
  const stall = spread(of('fits on end, worker').map(({ loop }) => loop.max))
  const otherwise = spread(without.map(({ loop }) => loop.max))
  return [
    ...goals,
    {
      question: `longest event-loop stall while fits run on end and 10,000 records come`,
      // A neighbour that takes the core stalls every loop: without fits as with them.
      measured: `${showSpread(stall, 'ms', 1)}; without fits ${otherwise.median.toFixed(1)}`,
      wanted: `at most ${LONGEST_STALL_MS} ms`,
      met: stall.median <= LONGEST_STALL_MS,
    },
  ]
}

function show(series: readonly StallSeries[]): string {
  const middle = (rounds: readonly Round[], of: (round: Round) => number) => spread(rounds.map(of)).median
  const ms = (value: number) => duration(value * 1e6)
  const rows = series.map(({ name, rounds }) => [
    name,
    ...(['p50Ms', 'p99Ms', 'p999Ms', 'maxMs'] as const).map((field) =>
      ms(middle(rounds, ({ steady }) => steady[field])),
    ),
    ms(middle(rounds, ({ loop }) => loop.p99)),
    ms(middle(rounds, ({ loop }) => loop.max)),
    ms(middle(rounds, ({ full }) => full.p99Ms)),
    Math.round(middle(rounds, ({ full }) => full.perSecond)).toLocaleString('en'),
  ])
  return table(
    [
      `${RECORDS_PER_SECOND} records/s`,
      'p50',
      'p99',
      'p99.9',
      'max',
      'loop p99',
      'loop max',
      'full load: p99',
      'requests a second',
    ],
    rows,
  )
}
