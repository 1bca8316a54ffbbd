// Attacks: how many records of them are told, how many are found as incidents, and after how many records?
import { KINDS, withAttacksByKind } from '../../../made-up/timed-attacks.js'
import { recipeOf, timedTraffic } from '../../../made-up/timed-traffic.js'
import { table } from '../../table.js'
import type { Extent } from './extent.js'
import { accuracy, type Fate, fates, median, rankedPrecision } from './figures.js'
import { type Heard, hear } from './heard.js'
import type { Recorded } from './streams.js'

const WARM_UP = 1000
const HEAD = [
  'stream',
  'precision',
  'recall',
  'average precision',
  "of the forest's score",
  'incidents found',
  'alerted',
  'throttle or freeze',
  'freeze',
  'p alone',
]

/** A row for each labelled stream, and how each kind of made-up attack fared. */
export async function attackTables(streams: readonly Recorded[], extent: Extent): Promise<string> {
  const { madeSeeds, forestSeeds, count, options, progress } = extent
  const rows: string[][] = []
  for (const { name, records, labelled } of streams) {
    if (!labelled) continue
    for (const seed of forestSeeds) {
      progress(`${name}, seed ${seed}`)
      rows.push(rowOf(`${name} ${seed}`, await hear(records, { ...options, seed })))
    }
  }
  const byKind: Fate[] = []
  for (const seed of madeSeeds)
    for (const kind of ['made', 'heavy'] as const) {
      progress(`attacks among ${kind}, seed ${seed}`)
      const heard = await hear(withAttacksByKind(timedTraffic(recipeOf(kind, seed, count)), seed), options)
      rows.push(rowOf(`${kind} ${seed}`, heard))
      byKind.push(...fates(heard))
    }
  return `${table(HEAD, rows)}\n\n${kindTable(byKind)}`
}

function rowOf(name: string, heard: Heard): string[] {
  const { alerted, action, surprise, scores } = heard
  const told = accuracy(heard, (i) => alerted[i] === 1, WARM_UP)
  const both = (chosen: (i: number) => boolean): string => {
    const { precision, recall } = accuracy(heard, chosen, WARM_UP)
    return recall === 0 ? 'none' : `${precision.toFixed(3)}, ${recall.toFixed(3)}`
  }
  const all = fates(heard)
  return [
    name,
    told.precision.toFixed(3),
    told.recall.toFixed(3),
    rankedPrecision(heard, surprise).toFixed(4),
    rankedPrecision(heard, scores).toFixed(4),
    shareOf(all, ({ foundAfter }) => foundAfter > 0),
    shareOf(all, ({ alertedAfter }) => alertedAfter > 0),
    both((i) => (action[i] as number) >= 2),
    both((i) => action[i] === 3),
    both((i) => (surprise[i] as number) >= Math.log(1000)),
  ]
}

function kindTable(all: readonly Fate[]): string {
  const rowFor = (name: string, some: readonly Fate[]): string[] => {
    const found = some.filter(({ foundAfter }) => foundAfter > 0)
    return [
      name,
      String(some.length),
      `${found.length} (${shareOf(some, ({ foundAfter }) => foundAfter > 0)})`,
      String(median(found.map(({ foundAfter }) => foundAfter))),
      String(some.filter(({ alertedAfter }) => alertedAfter > 0).length),
    ]
  }
  const rows = KINDS.flatMap((kind) => {
    const some = all.filter((fate) => fate.kind === kind)
    return some.length === 0 ? [] : [rowFor(kind, some)]
  })
  rows.push(rowFor('all', all))
  rows.push(
    rowFor(
      'all but lone',
      all.filter(({ kind }) => kind !== 'lone'),
    ),
  )
  return table(['kind', 'attacks', 'found', 'after records', 'with an alert'], rows)
}

function shareOf(all: readonly Fate[], test: (one: Fate) => boolean): string {
  return (all.filter(test).length / all.length).toFixed(2)
}
