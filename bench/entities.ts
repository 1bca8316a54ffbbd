import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { requestTimes } from './entities/over-http.js'
import type { Outcome, Part } from './goal.js'
import { ratios, showRatio } from './spread.js'
import { table } from './table.js'

const CROWD = fileURLToPath(new URL('entities/crowd.mjs', import.meta.url))
const ENTITIES = 64
/** What as many entities may take beside one. */
const MOST_MIB = 64
const MOST_TIMES_SLOWER = 1.3

interface Crowd {
  readonly rssMiB: number
  readonly recordUs: number
  readonly trained: number
}

async function crowdOf(n: number, rounds: number): Promise<Crowd> {
  const { stdout } = await promisify(execFile)(process.execPath, [CROWD, String(n), String(rounds)])
  return JSON.parse(stdout) as Crowd
}

/** What do 64 entities cost, each with a baseline of its own, in memory and in time of a record, beside one? */
export const benchmarkEntities: Part = async ({ quick, progress }): Promise<Outcome> => {
  const turns = quick ? 1 : 7
  const rounds = quick ? 2 : 7
  const [alone, crowd]: [Crowd[], Crowd[]] = [[], []]
  for (let turn = 1; turn <= turns; turn++) {
    progress(`turn ${turn} of ${turns}`)
    alone.push(await crowdOf(1, rounds))
    crowd.push(await crowdOf(ENTITIES, rounds))
  }
  const moreMiB = median(crowd.map(({ rssMiB }, i) => rssMiB - (alone[i] as Crowd).rssMiB))
  const slower = ratios(
    crowd.map(({ recordUs }) => recordUs),
    alone.map(({ recordUs }) => recordUs),
  )
  const requests = await requestTimes({
    entities: ENTITIES,
    rounds: quick ? 1 : 9,
    taught: quick ? 4 : 1200,
    seconds: quick ? 0.2 : 2,
    progress,
  })
  const { elapsed, processor } = requests
  const ofProcessor = ratios(processor.crowd, processor.alone)
  const overHttp = (side: 'alone' | 'crowd'): string[] => [
    median(processor[side]).toFixed(0),
    median(elapsed[side]).toFixed(0),
  ]
  const row = (name: string, of: Crowd[]): string[] => [
    name,
    median(of.map(({ rssMiB }) => rssMiB)).toFixed(1),
    median(of.map(({ recordUs }) => recordUs)).toFixed(2),
  ]
  return {
    goals: [
      {
        question: `What ${ENTITIES} entities take more than one, resident`,
        wanted: `at most ${MOST_MIB} MiB`,
        measured: `${moreMiB.toFixed(1)} MiB`,
        met: moreMiB <= MOST_MIB,
      },
      {
        question: `How much more of a core a request takes among ${ENTITIES} entities in turn, over HTTP`,
        wanted: `at most ${MOST_TIMES_SLOWER}x`,
        measured: showRatio(ofProcessor),
        met: ofProcessor.median <= MOST_TIMES_SLOWER,
      },
      {
        question: 'The same of a record of a batch of 100,000 in turn, without HTTP',
        wanted: `at most ${MOST_TIMES_SLOWER}x`,
        measured: showRatio(slower),
        met: slower.median <= MOST_TIMES_SLOWER,
      },
    ],
    text: table(
      [
        'entities',
        'resident, MiB',
        'a record of a batch, µs',
        'a request, µs of a core',
        'a request, µs under load',
      ],
      [
        [...row('1', alone), ...overHttp('alone')],
        [...row(String(ENTITIES), crowd), ...overHttp('crowd')],
      ],
    ),
    figures: { alone, crowd, requests },
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
