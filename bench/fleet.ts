// How does a fleet grow? 3 to 1,000 replicas in one process, as they are, over a bus in memory that keeps the contract of the
// one over Redis, in a time of their own: what they send, what is held, how soon one model is everywhere, and how well it
// finds what one sentinel finds that sees every record.
import { type FleetSize, simulate } from './fleet/simulation.js'
import type { Outcome, Part } from './goal.js'
import { table } from './table.js'

const SIZES = [3, 10, 30, 100, 300, 1_000]
/** Seconds of its own time, and more of them for a small one, which has fewer records in each. */
const SECONDS = 40
const RECORDS = 6_000

/** The fleet's model may find so much less than one that sees all. */
const MOST_WORSE = 0.005
const TAKEOVER_S = 5
/** What one server takes without being noticed: a gigabit, and a fifth of the commands that a core of it answers. */
const MOST_BYTES = 100e6
const MOST_COMMANDS = 50_000

export const benchmarkFleet: Part = async ({ quick, progress }): Promise<Outcome> => {
  const sizes: FleetSize[] = []
  for (const replicas of quick ? [3, 40] : SIZES) {
    progress(`${replicas} replicas`)
    sizes.push(await simulate(replicas, quick ? 12 : Math.max(SECONDS, RECORDS / (50 * replicas))))
  }
  return { goals: goalsOf(sizes), text: show(sizes), figures: sizes }
}

function goalsOf(sizes: readonly FleetSize[]): Outcome['goals'] {
  const worst = (of: (size: FleetSize) => number): number => Math.max(...sizes.map(of))
  const worse = worst(({ auroc, aurocOfOne }) => aurocOfOne - auroc)
  const takeover = worst((size) => size.takeover)
  const converged = worst(({ convergedMs }) => convergedMs)
  const [bytes, commands] = [
    worst(({ inBytes, outBytes }) => inBytes + outBytes),
    worst((size) => size.commands),
  ]
  return [
    {
      question: 'AUROC of a fleet behind that of one sentinel that sees every record, at most',
      wanted: `at most ${MOST_WORSE}`,
      measured: worse.toFixed(4),
      met: worse <= MOST_WORSE,
    },
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
