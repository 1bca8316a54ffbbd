// What does the detector cost on top of HTTP? Requests a second and latencies of /analyze-flow, against a bare
// Fastify route with the same schema and against node:http, alternating in one run.
import type { Goal, Order, Outcome } from './goal.js'
import { type Contender, contenders, warmedUp } from './http/contenders.js'
import { closedLoop } from './http/load.js'
import type { LoadResult } from './http/load-result.js'
import type { ServerProcess } from './http/server-process.js'
import { ratios, showRatio, spread } from './spread.js'
import { duration, table } from './table.js'

const CONNECTIONS = [1, 16, 128]
/** How many ways the ratios are taken: the goals are of the middle one. */
const GOAL_CONNECTIONS = 16

/** One contender at one number of connections: a result a round. */
export interface HttpSeries {
  name: string
  connections: number
  rounds: (LoadResult & { cpuUsPerRequest: number })[]
}

/**
 * The same build takes 16 to 19 us a request, process by process: mostly in the kernel's handling of packets, which
 * depends on where memory and threads come to lie. So each contender gets several processes, one after the other.
 */
const HEATS = 3
const ROUNDS_A_HEAT = 5

export async function benchmarkHttp({ quick, progress }: Order): Promise<Outcome> {
  const connectionsAsked = quick ? [GOAL_CONNECTIONS] : CONNECTIONS
  const series = connectionsAsked.flatMap((connections) =>
    askedAt(connections).map(({ name }): HttpSeries => ({ name, connections, rounds: [] })),
  )
  for (let heat = 1; heat <= (quick ? 1 : HEATS); heat++) {
    const servers = new Map<Contender, ServerProcess>()
    try {
      for (const contender of contenders) servers.set(contender, await warmedUp(contender, quick))
      for (const connections of connectionsAsked) {
        progress(`heat ${heat}, ${connections} connections`)
        await race(servers, series, connections, quick)
      }
    } finally {
      for (const server of servers.values()) await server.stop()
    }
  }
  return { goals: goalsOf(series), text: show(series), figures: series }
}

function askedAt(connections: number): readonly Contender[] {
  return contenders.filter(({ onlyAt = connections }: Contender) => onlyAt === connections)
}

/** All contenders in turn, round by round; every other round backwards, so that none always follows the same. */
async function race(
  servers: ReadonlyMap<Contender, ServerProcess>,
  series: readonly HttpSeries[],
  connections: number,
  quick: boolean,
): Promise<void> {
  for (let round = 0; round < (quick ? 1 : ROUNDS_A_HEAT); round++) {
    const asked = [...askedAt(connections)]
    for (const contender of round % 2 === 0 ? asked : asked.reverse()) {
      const server = servers.get(contender) as ServerProcess
      const result = await measured(server, contender, connections, quick)
      series
        .find((each) => each.name === contender.name && each.connections === connections)
        ?.rounds.push(result)
    }
  }
}

async function measured(
  server: ServerProcess,
  { bodies }: Contender,
  connections: number,
  quick: boolean,
): Promise<HttpSeries['rounds'][number]> {
  const before = await server.vitals()
  const result = await closedLoop(server.url, {
    connections,
    bodies,
    ...(quick ? { amount: 160 } : { seconds: 1 }),
  })
  const { cpuMs } = await server.vitals()
  return { ...result, cpuUsPerRequest: ((cpuMs - before.cpuMs) * 1000) / result.requests }
}

function goalsOf(series: readonly HttpSeries[]): Goal[] {
  const at = (name: string) =>
    series.find((each) => each.name === name && each.connections === GOAL_CONNECTIONS) as HttpSeries
  const bare = at('bare Fastify')
  return ['sentinel', 'sentinel, 10% anomalies'].flatMap((name) => {
    const throughput = ratios(column(at(name), 'perSecond'), column(bare, 'perSecond'))
    const p99 = ratios(column(at(name), 'p99Ms'), column(bare, 'p99Ms'))
    return [
      {
        question: `${name}: requests a second of bare Fastify's, ${GOAL_CONNECTIONS} connections`,
        measured: showRatio(throughput),
        wanted: 'at least 0.92x',
        met: throughput.median >= 0.92,
      },
      {
        question: `${name}: p99 of bare Fastify's, ${GOAL_CONNECTIONS} connections`,
        measured: showRatio(p99),
        wanted: 'at most 1.10x',
        met: p99.median <= 1.1,
      },
    ]
  })
}

function column(series: HttpSeries, field: keyof HttpSeries['rounds'][number]): number[] {
  return series.rounds.map((round) => round[field])
}

function show(series: readonly HttpSeries[]): string {
  const bareAt = (connections: number) =>
    series.find((each) => each.name === 'bare Fastify' && each.connections === connections) as HttpSeries
  const against = series.map((each) => {
    const bare = bareAt(each.connections)
    const ratioOf = (field: keyof HttpSeries['rounds'][number]) =>
      showRatio(ratios(column(each, field), column(bare, field)))
    return [label(each), ratioOf('perSecond'), ratioOf('p50Ms'), ratioOf('p99Ms'), ratioOf('cpuUsPerRequest')]
  })
  const absolute = series.map((each) => {
    const middle = (field: keyof HttpSeries['rounds'][number]) => spread(column(each, field)).median
    return [
      label(each),
      Math.round(middle('perSecond')).toLocaleString('en'),
      ...(['p50Ms', 'p99Ms', 'p999Ms', 'maxMs'] as const).map((field) => duration(middle(field) * 1e6)),
      duration(middle('cpuUsPerRequest') * 1e3),
    ]
  })
  return [
    table(
      ['of bare Fastify, medians of the rounds', 'requests a second', 'p50', 'p99', 'CPU a request'],
      against,
    ),
    table(['', 'requests a second', 'p50', 'p99', 'p99.9', 'max', 'CPU a request'], absolute),
  ].join('\n\n')
}

function label({ name, connections }: HttpSeries): string {
  return `${name}, ${connections} connection${connections === 1 ? '' : 's'}`
}
