// How does a fleet grow? 3 to 1,000 replicas in one process, as they are, over a bus in memory that keeps the contract of the
// one over Redis, in a time of their own: what they send, what is held, how soon one model is everywhere, and how well it
// finds what one sentinel finds that sees every record. And what it costs to take over a model.
import { tuneHeap } from '#sentinel/v8/heap.js'
import { WITHOUT_SERVER } from '../test/fleet/bus/redis-server.js'
import { type Adoption, measureAdoption } from './fleet/adoption.js'
import { type Membership, measureMembers } from './fleet/members.js'
import { type FleetSize, simulate, TRIED } from './fleet/simulation.js'
import type { Outcome, Part } from './goal.js'
import { ratios, showRatio, showSpread, spread } from './spread.js'
import { table } from './table.js'

const SIZES = [3, 10, 30, 100, 300, 1_000]
/** One forest differs from the next by as much as a fleet may from one sentinel: of these sizes the mean of so many. */
const JUDGED = [3, 10, 30]
const SEEDS = [7, 8, 9, 10, 11, 12, 13, 14]
/** Seconds of its own time, and more of them for a small one, which has fewer records in each. */
const SECONDS = 24
const RECORDS = 6_000

/** The fleet's model may find so much less, or more, than one that sees all. */
const MOST_APART = 0.005
const TAKEOVER_S = 5
const LONGEST_TURN_MS = 5
/** What one server takes without being noticed: a gigabit, and a fifth of the commands that a core of it answers. */
const MOST_BYTES = 100e6
const MOST_COMMANDS = 50_000

export const benchmarkFleet: Part = async ({ quick, progress }): Promise<Outcome> => {
  // First, on the heap that a service has: later on what was simulated is in the way.
  tuneHeap()
  const adoptions: Adoption[] = []
  for (const routes of quick ? [10] : [1, 10, 200, 512]) {
    progress(`a model of ${routes} routes`)
    adoptions.push(await measureAdoption(routes, quick ? 3 : 25))
  }
  const sizes: FleetSize[] = []
  for (const replicas of quick ? [3, 20] : SIZES) {
    progress(`${replicas} replicas`)
    sizes.push(await simulate(replicas, quick ? 6 : secondsOf(replicas), quick ? 500 : TRIED))
  }
  const quality: Quality[] = []
  for (const replicas of quick ? [] : JUDGED)
    for (const seed of SEEDS) {
      progress(`what ${replicas} replicas find, seed ${seed}`)
      const { auroc, aurocOfOne } = await simulate(replicas, secondsOf(replicas), TRIED, seed)
      quality.push({ replicas, auroc, aurocOfOne })
    }
  // It takes a Redis, and a minute.
  if (!quick && !WITHOUT_SERVER) progress('a follower beside a sentinel by itself')
  const members = quick || WITHOUT_SERVER ? null : await measureMembers(15, 4)
  return {
    goals: [
      ...qualityGoals(quality),
      ...goalsOf(sizes),
      stallGoal(adoptions),
      ...(members === null ? [] : memberGoals(members)),
    ],
    text: `${show(sizes)}\n\n${showAdoptions(adoptions)}`,
    figures: { sizes, quality, adoptions, ...(members === null ? {} : { members }) },
  }
}

/** Of a fleet's model, and of one sentinel that sees every record. */
type Quality = Pick<FleetSize, 'replicas' | 'auroc' | 'aurocOfOne'>

function secondsOf(replicas: number): number {
  return Math.max(SECONDS, RECORDS / (50 * replicas))
}

function qualityGoals(quality: readonly Quality[]): Outcome['goals'] {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length
  return JUDGED.filter((size) => quality.some(({ replicas }) => replicas === size)).map((replicas) => {
    const seeds = quality.filter((each) => each.replicas === replicas)
    const [fleet, one] = [
      mean(seeds.map(({ auroc }) => auroc)),
      mean(seeds.map(({ aurocOfOne }) => aurocOfOne)),
    ]
    return {
      question: `AUROC of ${replicas} replicas beside that of one sentinel that sees every record, mean of ${seeds.length} seeds`,
      wanted: `within ${MOST_APART}`,
      measured: `${fleet.toFixed(4)} beside ${one.toFixed(4)}`,
      met: Math.abs(fleet - one) <= MOST_APART,
    }
  })
}

function goalsOf(sizes: readonly FleetSize[]): Outcome['goals'] {
  const worst = (of: (size: FleetSize) => number): number => Math.max(...sizes.map(of))
  const takeover = worst((size) => size.takeover)
  const converged = worst(({ convergedMs }) => convergedMs)
  const [bytes, commands] = [
    worst(({ inBytes, outBytes }) => inBytes + outBytes),
    worst((size) => size.commands),
  ]
  return [
    {
      question: 'from the end of a leader to a model of the next',
      wanted: `at most ${TAKEOVER_S} s`,
      measured: `${takeover.toFixed(1)} s`,
      met: takeover <= TAKEOVER_S,
    },
    {
      question: 'from a publication to its model at the last replica',
      wanted: 'at most 1 s',
      measured: `${Math.round(converged)} ms`,
      met: converged <= 1_000,
    },
    {
      question: 'one server is enough for the largest',
      wanted: `at most ${MOST_BYTES / 1e6} MB and ${MOST_COMMANDS.toLocaleString('en')} commands a second`,
      measured: `${(bytes / 1e6).toFixed(1)} MB, ${Math.round(commands).toLocaleString('en')}`,
      met: bytes <= MOST_BYTES && commands <= MOST_COMMANDS,
    },
  ]
}

function memberGoals(members: Membership): Outcome['goals'] {
  const { share, shareAlone, perSecond, perSecondAlone, cpuUs, cpuUsAlone } = members
  const more = spread(share.map((each, round) => 100 * (each - (shareAlone[round] as number))))
  const throughput = ratios(perSecond, perSecondAlone)
  const cpu = ratios(cpuUs, cpuUsAlone)
  return [
    {
      question: 'of a core, what a follower takes more than a sentinel by itself, at 1,000 records a second',
      wanted: 'at most 2%',
      measured: showSpread(more, '%', 1),
      met: more.median <= 2,
    },
    {
      question: 'requests a second of a follower beside those of a sentinel by itself',
      wanted: 'at least 0.97x',
      measured: `${showRatio(throughput)}, processor for each ${showRatio(cpu)}`,
      met: throughput.median >= 0.97,
    },
  ]
}

function stallGoal(adoptions: readonly Adoption[]): Outcome['goals'][number] {
  const longest = Math.max(...adoptions.flatMap(({ capturedMs, adoptedMs }) => [capturedMs, adoptedMs]))
  return {
    question: 'longest turn of the event loop as a model is captured or taken over',
    wanted: `at most ${LONGEST_TURN_MS} ms`,
    measured: `${longest.toFixed(1)} ms`,
    met: longest <= LONGEST_TURN_MS,
  }
}

function showAdoptions(adoptions: readonly Adoption[]): string {
  return table(
    ['a model of', 'bytes', 'longest turn, captured', 'longest turn, taken over', 'taken over in'],
    adoptions.map(({ routes, modelBytes, capturedMs, adoptedMs, wholeMs }) => [
      `${routes} routes`,
      modelBytes.toLocaleString('en'),
      ...[capturedMs, adoptedMs, wholeMs].map((ms) => `${ms.toFixed(1)} ms`),
    ]),
  )
}

function show(sizes: readonly FleetSize[]): string {
  const mega = (bytes: number): string => (bytes / 1e6).toFixed(2)
  return table(
    [
      'replicas',
      'to Redis, MB/s',
      'from Redis, MB/s',
      'commands/s',
      'in Redis, MB',
      'seconds of samples held',
      'leader, of a core',
      'a model every',
      'everywhere after',
      'takeover',
      'AUROC',
      'of one that sees all',
    ],
    sizes.map((size) => [
      size.replicas.toLocaleString('en'),
      mega(size.inBytes),
      mega(size.outBytes),
      Math.round(size.commands).toLocaleString('en'),
      mega(size.held),
      size.heldSeconds.toFixed(0),
      `${(100 * size.leaderShare).toFixed(1)}%`,
      `${size.publishedEvery.toFixed(1)} s`,
      `${Math.round(size.convergedMs)} ms`,
      `${size.takeover.toFixed(1)} s`,
      size.auroc.toFixed(4),
      size.aurocOfOne.toFixed(4),
    ]),
  )
}
