// Ordinary traffic: is p as rare as it says, and how often is somebody called for nothing?
import { appTraffic } from '../../../made-up/app-traffic.js'
import { recipeOf, type TimedRecord, TRAFFIC_KINDS, timedTraffic } from '../../../made-up/timed-traffic.js'
import { YOUNG_KINDS, youngRecipeOf, youngTraffic } from '../../../made-up/young-traffic.js'
import { table } from '../../table.js'
import type { Extent } from './extent.js'
import { accuracy, calibration, falseIncidents, spread } from './figures.js'
import { type Heard, hear } from './heard.js'
import { ordinaryOnly, type Recorded } from './streams.js'

const LEVELS = [0.1, 0.01, 0.001, 0.0001] as const
const RATE = 0.001
/** With fewer records than this to be expected, a share says nothing. */
const ENOUGH = 5
/** Records that are left out at first, or half of the stream where it is shorter than twice that. */
const WARM_UP = 1000
/** Of an app: four minutes. */
const APP_RECORDS = 20_000

interface Figures {
  readonly multiples: number[]
  readonly alerted: number
  readonly wrong: number
  readonly records: number
}

/** How often p was at most what was asked for, over the runs of one stream. */
export interface CalibrationLine {
  readonly stream: string
  /** Ordinary records of all its runs. */
  readonly records: number
  /** From the largest share asked for to the smallest that so few records can tell; `seen` is the median of the runs. */
  readonly points: readonly { readonly asked: number; readonly seen: number }[]
}

export interface CleanAnswer {
  readonly table: string
  readonly calibration: readonly CalibrationLine[]
}

export async function cleanAnswer(streams: readonly Recorded[], extent: Extent): Promise<CleanAnswer> {
  const { madeSeeds, forestSeeds, count, options, progress } = extent
  const rows: string[][] = []
  const lines: CalibrationLine[] = []
  for (const { name, records } of streams) {
    const figures: Figures[] = []
    for (const seed of forestSeeds) {
      progress(`${name} without attacks, seed ${seed}`)
      figures.push(figuresOf(await hear(ordinaryOnly(records), { ...options, seed })))
    }
    rows.push(rowOf(name, figures))
    lines.push(lineOf(name, figures))
  }
  const made: readonly (readonly [string, (seed: number) => readonly TimedRecord[]])[] = [
    ...TRAFFIC_KINDS.map(
      (kind) => [kind, (seed: number) => timedTraffic(recipeOf(kind, seed, count))] as const,
    ),
    ...YOUNG_KINDS.map(
      (kind) => [kind, (seed: number) => youngTraffic(youngRecipeOf(kind, seed, count))] as const,
    ),
    ['app', (seed: number) => appTraffic(seed, count ?? APP_RECORDS)],
  ]
  for (const [kind, recordsOf] of made) {
    const figures: Figures[] = []
    for (const seed of madeSeeds) {
      progress(`${kind}, seed ${seed}`)
      figures.push(figuresOf(await hear(recordsOf(seed), options)))
    }
    rows.push(rowOf(kind, figures))
    lines.push(lineOf(kind, figures))
  }
  const levels = LEVELS.map((level) => `p ≤ ${level}`)
  const head = ['stream', ...levels, 'alerted', 'false incidents', 'per 180,000']
  return { table: table(head, rows), calibration: lines }
}

function figuresOf(heard: Heard): Figures {
  const { records, alerted } = heard
  const from = records.length > 2 * WARM_UP ? WARM_UP : records.length >> 1
  return {
    multiples: LEVELS.map((level) => calibration(heard, level, from)),
    alerted: accuracy(heard, (i) => alerted[i] === 1, from).falseShare / RATE,
    wrong: falseIncidents(heard),
    records: records.length,
  }
}

function lineOf(stream: string, figures: readonly Figures[]): CalibrationLine {
  const shortest = Math.min(...figures.map(({ records }) => records))
  const told = LEVELS.filter((asked) => asked * shortest >= ENOUGH)
  const points = told.map((asked, i) => {
    const multiples = figures.map((each) => each.multiples[i] as number).sort((a, b) => a - b)
    return { asked, seen: asked * (multiples[multiples.length >> 1] as number) }
  })
  return { stream, records: figures.reduce((sum, { records }) => sum + records, 0), points }
}

function rowOf(name: string, figures: readonly Figures[]): string[] {
  const wrong = figures.reduce((sum, each) => sum + each.wrong, 0)
  const records = figures.reduce((sum, each) => sum + each.records, 0)
  const multiples = LEVELS.map((_, i) => spread(figures.map((each) => each.multiples[i] as number)))
  return [
    name,
    ...multiples,
    spread(figures.map(({ alerted }) => alerted)),
    `${wrong} in ${records}`,
    ((wrong * 180_000) / records).toFixed(2),
  ]
}
