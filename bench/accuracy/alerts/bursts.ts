// Bursts of one attack on a route: early, late, at several shares, after some of them had come before.
import { type PoisonedBurst, withPoisonedBurst } from '../../../made-up/timed-attacks.js'
import { recipeOf, type TimedRecord, timedTraffic } from '../../../made-up/timed-traffic.js'
import { table } from '../../table.js'
import type { Extent } from './extent.js'
import { type Fate, fates, spread } from './figures.js'
import { hear } from './heard.js'
import { ordinaryOnly, type Recorded } from './streams.js'

const RECORDS = 8000
const EARLY = 300
const LATE = 4000
const POISONS = [0.01, 0.05]

/** A row for each traffic and for early, late and poisoned bursts of 300 and 1,000 records at 30 and 100%. */
export async function burstTable(
  streams: readonly Recorded[],
  { count, options, progress }: Extent,
): Promise<string> {
  const quick = count !== undefined
  const traffics: [string, readonly TimedRecord[]][] = [
    ['made', timedTraffic(recipeOf('made', 21, RECORDS))],
    ['heavy', timedTraffic(recipeOf('heavy', 22, RECORDS))],
  ]
  for (const { name, records, labelled } of streams)
    if (labelled) traffics.push([name, ordinaryOnly(records).slice(0, RECORDS)])
  const rows: string[][] = []
  for (const [name, clean] of quick ? traffics.slice(0, 1) : traffics)
    for (const [when, bursts] of [
      ['from record 300', burstsAt(EARLY, [0], quick)],
      ['from record 4000', burstsAt(LATE, [0], quick)],
      ['after poison of 1 and 5%', burstsAt(LATE, POISONS, quick)],
    ] as const) {
      progress(`bursts on ${name}, ${when}`)
      const all: Fate[] = []
      for (const burst of bursts) all.push(...fates(await hear(withPoisonedBurst(clean, burst), options)))
      rows.push(rowOf(`${name}, ${when}`, all))
    }
  return table(['traffic', 'found', 'after records', 'share of its records alerted'], rows)
}

function burstsAt(at: number, poisons: readonly number[], quick: boolean): PoisonedBurst[] {
  const shares = quick ? [0.3] : [0.3, 1]
  const counts = quick ? [300] : [300, 1000]
  return poisons.flatMap((poison) =>
    shares.flatMap((share) => counts.map((count) => ({ at, count, share, poison }))),
  )
}

function rowOf(name: string, all: readonly Fate[]): string[] {
  const found = all.filter(({ foundAfter }) => foundAfter > 0)
  return [
    name,
    `${found.length} of ${all.length}`,
    spread(
      found.map(({ foundAfter }) => foundAfter),
      0,
    ),
    spread(all.map(({ alerted }) => alerted)),
  ]
}
