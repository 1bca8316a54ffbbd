import { IsolationForest } from '#sentinel/forest/index.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { gaussian, mulberry32, type RandomSource } from '../../made-up/random.js'
import { type Judge, knowing, type Setting, shareSeen } from './judges.js'
import { constantTold, jobAtAnotherTimeTold, jobTold, nightsTold } from './rhythms.js'

/** One way to be blind, and how much of what should be seen a judge sees of it. */
export interface Kind {
  readonly name: string
  /** What the figure should be: 1 where all is to be seen, 0 where nothing is to be flagged. */
  readonly wanted: 0 | 1
  readonly judges: readonly Judge[]
  readonly measure: (judge: Judge) => Promise<number>
}

const ALL: readonly Judge[] = ['guarded', 'window', 'given']
const ROUTED: readonly Judge[] = ['guarded']
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

const lognormal = (random: RandomSource, median: number, spread: number): number =>
  median * Math.exp(spread * gaussian(random))

/** A handler of 6 to 9 ms, in some unit of time. */
function handler(unit: number, n: number, seed = 1): Telemetry[] {
  const random = mulberry32(seed)
  return Array.from({ length: n }, () => ({
    latency: (6 + 3 * random.uniform()) * unit,
    input_length: Math.round(lognormal(random, 900, 0.3)),
    errors: 0,
    route: '/handler',
  }))
}

/** Share of records that are seen when they take `times` as long. */
async function slower(judge: Judge, unit: number, times: number): Promise<number> {
  const detector = await knowing(judge, handler(unit, 2000))
  const slow = handler(unit, 200, 2).map((record) => ({ ...record, latency: record.latency * times }))
  const seen = shareSeen(detector, slow)
  await detector.close()
  return seen
}

/** Routes that differ in one segment, each with a level of its own; seen: records of one at the level of another. */
async function entities(names: readonly string[]): Promise<number> {
  const random = mulberry32(7)
  const level = (i: number): number => 20 * 12 ** (i % 2)
  const record = (i: number, at = i): Telemetry => ({
    latency: lognormal(random, level(at), 0.15),
    input_length: Math.round(lognormal(random, 500, 0.2)),
    errors: 0,
    route: `/api/${names[i]}/read`,
  })
  const pick = (): number => random.below(names.length)
  const detector = await knowing(
    'guarded',
    Array.from({ length: 4000 }, () => record(pick())),
  )
  const wrong = Array.from({ length: 300 }, () => record(2 * random.below(names.length >> 1), 1))
  const seen = shareSeen(detector, wrong)
  await detector.close()
  return seen
}

/** Ordinary records under 10,000 short identifiers: share flagged. */
async function identifiers(): Promise<number> {
  const random = mulberry32(8)
  const record = (): Telemetry => ({
    latency: lognormal(random, 40, 0.3),
    input_length: Math.round(lognormal(random, 500, 0.3)),
    errors: 0,
    route: `/orders/${random.below(9999)}`,
  })
  const detector = await knowing('guarded', Array.from({ length: 3000 }, record))
  const seen = shareSeen(detector, Array.from({ length: 1000 }, record))
  await detector.close()
  return seen
}

/** Share of the records that go to a rare route. */
const RARE = 0.1

const letters = (i: number): string => {
  const digits = 'abcdefghijklmnopqrstuvwxyz'
  let name = ''
  for (let left = i + 1; left > 0; left = Math.floor(left / 26)) name += digits[left % 26]
  return name
}

/** Share of 100 rare routes on which an 8-fold latency is seen, after a flood of names and 5,000 more ordinary records. */
async function flushed(flood: number, each: number): Promise<number> {
  const random = mulberry32(9)
  const rare = Array.from({ length: 100 }, (_, i) => ({ route: `/rare-${letters(i)}`, ms: 4 * 1.08 ** i }))
  const ordinary = (): Telemetry => {
    const isRare = random.uniform() < RARE
    const one = rare[random.below(100)] as { route: string; ms: number }
    return {
      latency: lognormal(random, isRare ? one.ms : 60, 0.2),
      input_length: Math.round(lognormal(random, 700, 0.3)),
      errors: 0,
      route: isRare ? one.route : '/home',
    }
  }
  const records = Array.from({ length: 20_000 }, ordinary)
  for (let i = 0; i < flood * each; i++) {
    records.push({
      latency: lognormal(random, 30, 0.6),
      input_length: 0,
      errors: 0,
      route: `/scan-${letters(i % flood)}x`,
    })
    records.push(ordinary())
  }
  for (let i = 0; i < 5000; i++) records.push(ordinary())
  const detector = await knowing('guarded', records)
  const slow = rare.map(({ route, ms }) => ({ latency: 8 * ms, input_length: 700, errors: 0, route }))
  const seen = shareSeen(detector, slow)
  await detector.close()
  return seen
}

/** Records without errors, and then one that has some: share of ten seeds that see it. */
async function firstError(judge: Judge, errors: number, setting: Setting): Promise<number> {
  let seen = 0
  for (const seed of SEEDS) {
    const records = handler(1, 2000, seed)
    const detector = await knowing(judge, records, { ...setting, seed })
    seen += shareSeen(detector, [{ ...(handler(1, 1, seed + 50)[0] as Telemetry), errors }])
    await detector.close()
  }
  return seen / SEEDS.length
}

/** A record that is far out in latency: share of ten seeds that see it. */
async function farOut(judge: Judge, latency: number): Promise<number> {
  let seen = 0
  for (const seed of SEEDS) {
    const random = mulberry32(seed)
    const record = (): Telemetry => ({
      latency: lognormal(random, 100, 0.4),
      input_length: Math.round(lognormal(random, 500, 0.4)),
      errors: random.uniform() < 0.02 ? 1 : 0,
    })
    const detector = await knowing(judge, Array.from({ length: 2000 }, record), { contamination: 0.01, seed })
    seen += shareSeen(detector, [{ ...record(), latency }])
    await detector.close()
  }
  return seen / SEEDS.length
}

/** In the library: 1e6 sigma in one of ten features. */
async function oneOfTen(): Promise<number> {
  const random = mulberry32(4)
  const row = (): number[] => Array.from({ length: 10 }, () => gaussian(random))
  const options = { nFeatures: 10, contamination: 0.1, ...{ rangeExtension: true } }
  const forest = (await IsolationForest.create(options)).fit(Array.from({ length: 1000 }, row))
  const probes = Array.from({ length: 100 }, (_, i) => row().map((value, f) => (f === i % 10 ? 1e6 : value)))
  return probes.filter((probe) => forest.isAnomaly(probe)).length / probes.length
}

/** In the library: values ten times the usual ones, of a column of this size. */
async function smallColumn(value: (normal: number) => number, odd: number): Promise<number> {
  const random = mulberry32(5)
  const forest = await IsolationForest.create({ nFeatures: 2, contamination: 0.01 })
  const rows = Array.from({ length: 1000 }, () => [value(gaussian(random)), gaussian(random)])
  forest.fit(rows)
  const probes = Array.from({ length: 100 }, () => [odd, 0.5 * gaussian(random)])
  return probes.filter((probe) => forest.isAnomaly(probe)).length / probes.length
}

/** In the library: confidence of the verdict on a row that 95% of all rows are equal to. */
async function confidenceOfTies(): Promise<number> {
  const random = mulberry32(6)
  const forest = await IsolationForest.create({ nFeatures: 1 })
  forest.fit(Array.from({ length: 1000 }, (_, i) => [i % 20 === 0 ? 10 + random.uniform() : 1]))
  return forest.confidence(forest.score([1]))
}

export const KINDS: readonly Kind[] = [
  ...(
    [
      ['ms', 1],
      ['s', 1e-3],
      ['days', 1e-3 / 86_400],
      ['ns', 1e6],
    ] as const
  ).map(
    ([word, unit]): Kind => ({
      name: `a handler of 6 to 9 ms, told in ${word}, ten times slower`,
      wanted: 1,
      judges: ALL,
      measure: (judge) => slower(judge, unit, 10),
    }),
  ),
  {
    name: 'us-east-1 … eu-west-2, at the level of another',
    wanted: 1,
    judges: ROUTED,
    measure: () => entities(['us-east-1', 'eu-west-1', 'us-east-2', 'eu-west-2']),
  },
  {
    name: 'tenant1 … tenant8, at the level of another',
    wanted: 1,
    judges: ROUTED,
    measure: () => entities(Array.from({ length: 8 }, (_, i) => `tenant${i + 1}`)),
  },
  {
    name: 'sensor-100 … sensor-119, at the level of another',
    wanted: 1,
    judges: ROUTED,
    measure: () => entities(Array.from({ length: 20 }, (_, i) => `sensor-${i + 100}`)),
  },
  { name: 'ordinary records of 10,000 short ids', wanted: 0, judges: ROUTED, measure: identifiers },
  { name: 'rare routes, 8 times slower', wanted: 1, judges: ROUTED, measure: () => flushed(0, 1) },
  {
    name: 'the same after 5,000 names that came once',
    wanted: 1,
    judges: ROUTED,
    measure: () => flushed(5000, 1),
  },
  {
    name: 'the same after 520 names that came twice',
    wanted: 1,
    judges: ROUTED,
    measure: () => flushed(520, 2),
  },
  {
    name: 'the first error after 2,000 records',
    wanted: 1,
    judges: ALL,
    measure: (judge) => firstError(judge, 1, {}),
  },
  {
    name: 'the first five errors, contamination 0.01',
    wanted: 1,
    judges: ALL,
    measure: (judge) => firstError(judge, 5, { contamination: 0.01 }),
  },
  {
    name: '1,000,000 ms at a median of 100, contamination 0.01',
    wanted: 1,
    judges: ALL,
    measure: (judge) => farOut(judge, 1e6),
  },
  {
    name: 'told of: nights of another kind, from the third on',
    wanted: 0,
    judges: ROUTED,
    measure: nightsTold,
  },
  {
    name: 'told of: an hourly job of 4%, from the eighth hour on',
    wanted: 0,
    judges: ROUTED,
    measure: jobTold,
  },
  {
    name: 'told of: the same job at another time of the hour',
    wanted: 1,
    judges: ROUTED,
    measure: jobAtAnotherTimeTold,
  },
  {
    name: 'told of: four a minute, all the same since six hours',
    wanted: 0,
    judges: ROUTED,
    measure: constantTold,
  },
  { name: 'library: 1e6 sigma in one of ten features', wanted: 1, judges: ['given'], measure: oneOfTen },
  {
    name: 'library: amounts of 1e-9, one of 1e-8',
    wanted: 1,
    judges: ['given'],
    measure: () => smallColumn((normal) => 1e-9 * (1 + 0.1 * normal), 1e-8),
  },
  {
    name: 'library: a minute since 1970 in ms, and an hour later',
    wanted: 1,
    judges: ['given'],
    measure: () => smallColumn((normal) => 1.7e12 + 60_000 * normal, 1.7e12 + 3_600_000),
  },
  {
    name: 'library: confidence of a row like 95% of all',
    wanted: 1,
    judges: ['given'],
    measure: confidenceOfTies,
  },
]
