// The first records: whom is told what while little is known?
import { withLoneAttacks } from '../../../made-up/timed-attacks.js'
import { recipeOf, timedTraffic } from '../../../made-up/timed-traffic.js'
import { table } from '../../table.js'
import type { Extent } from './extent.js'
import { accuracy, meanAndRange, rankedPrecision } from './figures.js'
import { type Heard, hear } from './heard.js'

const SPANS = [
  [0, 50],
  [50, 200],
  [200, 1000],
  [1000, 2000],
] as const
const RECORDS = 2000
const KINDS = ['made', 'heavy'] as const
/** Of the records, attacks among them. */
const SHARES = [0.01, 0.04] as const

/** What one start came to, by span: shares of ordinary records and of attacks that were alerted. */
interface Start {
  readonly told: readonly number[]
  /** By share of attacks. */
  readonly attacked: readonly {
    readonly found: readonly number[]
    /** Average precision of p, from the first forest on. */
    readonly precision: number
  }[]
}

/**
 * By how much had come before: share of ordinary records alerted, and of attacks where one record in 100 or in 25 is one
 * from the first on. Mean over the seeds, least and most; seeds that were looked at in development apart from others.
 */
export async function coldStartTable({ coldSeeds, options, progress }: Extent): Promise<string> {
  const rows: string[][] = []
  for (const [name, seeds] of Object.entries(coldSeeds)) {
    for (const kind of KINDS) {
      const starts: Start[] = []
      for (const seed of seeds) {
        progress(`cold start, ${kind}, seed ${seed}`)
        starts.push(await startOf(kind, seed, options))
      }
      const over = (value: (start: Start) => number, digits: number) =>
        meanAndRange(starts.map(value), digits)
      for (const [s, [from, to]] of SPANS.entries())
        rows.push([
          s === 0 ? `${kind}, ${name}` : '',
          `${from + 1} to ${to}`,
          over(({ told }) => told[s] as number, 4),
          ...SHARES.map((_, k) => over(({ attacked }) => attacked[k]?.found[s] as number, 2)),
        ])
      const precisions = SHARES.map((_, k) => over(({ attacked }) => attacked[k]?.precision as number, 2))
      rows.push(['', 'average precision', '', ...precisions])
    }
  }
  const heads = SHARES.map((share) => `attacks alerted, 1 in ${1 / share}`)
  return table(['traffic, seeds', 'records', 'ordinary alerted', ...heads], rows)
}

async function startOf(
  kind: (typeof KINDS)[number],
  seed: number,
  options: Extent['options'],
): Promise<Start> {
  const clean = timedTraffic(recipeOf(kind, seed, RECORDS))
  const ordinary = await hear(clean, options)
  const alerted = (heard: Heard, [from, to]: (typeof SPANS)[number]) =>
    accuracy(heard, (i) => heard.alerted[i] === 1, from, to)
  const attacked = []
  for (const share of SHARES) {
    const heard = await hear(withLoneAttacks(clean, seed, share), options)
    const found = SPANS.map((span) => alerted(heard, span).recall)
    attacked.push({ found, precision: rankedPrecision(heard, heard.surprise) })
  }
  return { told: SPANS.map((span) => alerted(ordinary, span).falseShare), attacked }
}
