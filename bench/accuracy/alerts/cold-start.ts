// The first records: whom is told what while little is known?
import { withLoneAttacks } from '../../../made-up/timed-attacks.js'
import { recipeOf, type TimedRecord, timedTraffic } from '../../../made-up/timed-traffic.js'
import { table } from '../../table.js'
import type { Extent } from './extent.js'
import { accuracy } from './figures.js'
import { hear } from './heard.js'
import { ordinaryOnly, type Recorded } from './streams.js'

const SPANS = [
  [0, 50],
  [50, 200],
  [200, 500],
  [500, 1000],
  [1000, 2000],
] as const
const RECORDS = 2000

/** Mean share of ordinary records alerted, and of attacks where one record in 25 is one, by how much had come before. */
export async function coldStartTable(streams: readonly Recorded[], extent: Extent): Promise<string> {
  const { coldSeeds, options, progress } = extent
  const sums = SPANS.map(() => ({ told: 0, found: [] as number[] }))
  let n = 0
  for (const seed of coldSeeds) {
    progress(`cold start, seed ${seed}`)
    for (const clean of startsOf(streams, seed)) {
      n += 1
      const ordinary = await hear(clean, options)
      const attacked = await hear(withLoneAttacks(clean, seed), options)
      for (const [s, [from, to]] of SPANS.entries()) {
        const sum = sums[s] as (typeof sums)[number]
        sum.told += accuracy(ordinary, (i) => ordinary.alerted[i] === 1, from, to).falseShare
        const { recall } = accuracy(attacked, (i) => attacked.alerted[i] === 1, from, to)
        // The first few records may have no attack among them.
        if (recall >= 0) sum.found.push(recall)
      }
    }
  }
  const rows = SPANS.map(([from, to], s) => {
    const { told, found } = sums[s] as (typeof sums)[number]
    return [
      `${from} to ${to}`,
      (told / n).toFixed(4),
      (found.reduce((sum, recall) => sum + recall, 0) / found.length).toFixed(3),
    ]
  })
  return table(['records', 'ordinary alerted', 'lone attacks alerted'], rows)
}

function startsOf(streams: readonly Recorded[], seed: number): (readonly TimedRecord[])[] {
  const telemetry = streams.find(({ name }) => name === 'telemetry-a')
  const from = (seed % 10) * 1800
  return [
    timedTraffic(recipeOf('made', seed, RECORDS)),
    timedTraffic(recipeOf('heavy', seed, RECORDS)),
    ...(telemetry === undefined ? [] : [ordinaryOnly(telemetry.records).slice(from, from + RECORDS)]),
  ]
}
