// What does the service take of my machine? Start to first answer, resident memory, size of the modules, and the
// share of a core that a steady thousand records a second costs.
import { setTimeout as sleep } from 'node:timers/promises'
import { grownMemory, type MemoryGrowth } from './footprint/memory.js'
import { type StartSeries, starts } from './footprint/start.js'
import { readModule } from './forest/contenders.js'
import type { Goal, Order, Outcome } from './goal.js'
import { pacedLoad } from './http/paced.js'
import { ServerProcess } from './http/server-process.js'
import { ordinaryBodies } from './http/traffic.js'
import { showSpread, spread } from './spread.js'
import { table } from './table.js'

const RECORDS_PER_SECOND = 1000

interface Footprint {
  start: StartSeries[]
  memory: MemoryGrowth[]
  /** Share of one core, all threads, a figure a round. */
  cpuShare: { sentinel: number[]; bareFastify: number[] }
  moduleBytes: { plain: number; shared: number }
}

export async function benchmarkFootprint({ quick, progress }: Order): Promise<Outcome> {
  progress('starts')
  const settledMs = quick ? 100 : 1000
  const start = await starts(quick ? 1 : 9, settledMs)
  progress(`${RECORDS_PER_SECOND} records a second`)
  const cpuShare = await cpuShares(quick ? 1 : 2, quick ? 0.1 : 10)
  progress('a million records')
  const memory = await grownMemory(quick ? [80, 160] : [50_000, 1_000_000], settledMs)
  const moduleBytes = { plain: readModule('plain').length, shared: readModule('shared').length }
  const figures: Footprint = { start, memory, cpuShare, moduleBytes }
  return { goals: goalsOf(figures), text: show(figures), figures }
}

async function cpuShares(rounds: number, seconds: number): Promise<Footprint['cpuShare']> {
  const shares: Footprint['cpuShare'] = { sentinel: [], bareFastify: [] }
  const servers = [
    [shares.sentinel, await ServerProcess.start('sentinel')],
    [shares.bareFastify, await ServerProcess.start('bare-fastify')],
  ] as const
  try {
    for (const [, server] of servers) await steady(server, seconds / 4)
    for (let round = 0; round < rounds; round++) {
      for (const [share, server] of servers) share.push(await steady(server, seconds))
    }
  } finally {
    for (const [, server] of servers) await server.stop()
  }
  return shares
}

async function steady(server: ServerProcess, seconds: number): Promise<number> {
  const before = await server.vitals()
  const startedMs = performance.now()
  const bodies = ordinaryBodies()
  await pacedLoad(server.url, {
    connections: 16,
    bodies,
    perSecond: RECORDS_PER_SECOND,
    amount: RECORDS_PER_SECOND * seconds,
  })
  const { cpuMs } = await server.vitals()
  const share = (cpuMs - before.cpuMs) / (performance.now() - startedMs)
  await sleep(50)
  return share
}

function goalsOf({ start, memory, cpuShare }: Footprint): Goal[] {
  const of = (name: string) => start.find((each) => each.name === name) as StartSeries
  const [sentinel, bare] = [of('sentinel'), of('bare-fastify')]
  const first = spread(sentinel.startMs)
  const above = spread(sentinel.rssMiB.map((rss, round) => rss - (bare.rssMiB[round] as number)))
  const [ours, theirs] = memory as [MemoryGrowth, MemoryGrowth]
  const loaded = ours.rssMiB.late - theirs.rssMiB.late
  const share = spread(cpuShare.sentinel.map((each) => each * 100))
  return [
    {
      question: 'start to first answer',
      measured: showSpread(first, 'ms'),
      wanted: 'under 300 ms',
      met: first.median < 300,
    },
    {
      question: 'resident memory above bare Fastify, both just started',
      measured: showSpread(above, 'MiB', 1),
      wanted: 'at most 25 MiB',
      met: above.median <= 25,
    },
    {
      question: `resident memory above bare Fastify, after ${memory[0]?.records.late.toLocaleString('en')} records`,
      measured: `${loaded.toFixed(1)} MiB`,
      wanted: 'at most 25 MiB',
      met: loaded <= 25,
    },
    {
      question: `growth from ${ours.records.early.toLocaleString('en')} to ${ours.records.late.toLocaleString('en')} records`,
      measured: `${(ours.rssMiB.late - ours.rssMiB.early).toFixed(1)} MiB`,
      wanted: 'none',
      met: ours.rssMiB.late <= ours.rssMiB.early,
    },
    {
      question: `share of a core at ${RECORDS_PER_SECOND} records/s, fits included`,
      measured: showSpread(share, '%', 1),
      wanted: 'below 25%',
      met: share.median < 25,
    },
  ]
}

function show({ start, memory, cpuShare, moduleBytes }: Footprint): string {
  const started = start.map(({ name, startMs, rssMiB }) => [
    name,
    showSpread(spread(startMs), 'ms'),
    showSpread(spread(rssMiB), 'MiB', 1),
  ])
  const grown = memory.map(({ name, records, rssMiB }) => [
    `${name}, after ${records.early.toLocaleString('en')} and ${records.late.toLocaleString('en')} records`,
    `${rssMiB.early.toFixed(1)} MiB`,
    `${rssMiB.late.toFixed(1)} MiB`,
  ])
  const percent = (shares: readonly number[]) =>
    showSpread(spread(shares.map((share) => share * 100)), '%', 1)
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`
  return [
    table(['fresh process', 'start to first answer', 'resident memory'], started),
    table(['resident memory', 'early', 'late'], grown),
    table(
      ['', 'sentinel', 'bare Fastify'],
      [
        [
          `share of a core at ${RECORDS_PER_SECOND} records/s`,
          percent(cpuShare.sentinel),
          percent(cpuShare.bareFastify),
        ],
      ],
    ),
    table(['the module', 'plain', 'shared'], [['bytes', kib(moduleBytes.plain), kib(moduleBytes.shared)]]),
  ].join('\n\n')
}
