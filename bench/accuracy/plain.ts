// Does it find what is odd? The plain isolation forest beside scikit-learn's figures: whole data sets, and a window
// that slides over labelled streams.
import { IsolationForest } from '#sentinel/forest/index.js'
import type { Goal, Order, Outcome } from '../goal.js'
import { table } from '../table.js'
import { adbenchIsThere, adbenchSets, type Reference, readAdbench } from './adbench.js'
import { auroc, averagePrecision } from './ranking.js'
import {
  type LabelledSeries,
  labelledSeries,
  readSeries,
  seriesIsThere,
  type WindowFigures,
} from './series.js'
import { slidingWindow } from './sliding-window.js'

const SEEDS = [1, 2, 3, 4, 5]
/** Standard deviations of scikit-learn's own seeds that the mean may lie below its mean. */
const SLACK_SD = 2

interface SetFigures {
  name: string
  auroc: number[]
  averagePrecision: number[]
  reference: { auroc: Reference; averagePrecision: Reference }
}

interface SeriesFigures {
  name: string
  measured: WindowFigures
  reference: WindowFigures
}

export async function benchmarkAccuracy({ quick, progress }: Order): Promise<Outcome> {
  const sets: SetFigures[] = []
  for (const set of adbenchIsThere() ? adbenchSets.slice(quick ? 3 : 0, quick ? 4 : undefined) : []) {
    progress(set.name)
    sets.push(await onSet(set, quick ? SEEDS.slice(0, 2) : SEEDS))
  }
  const streams: SeriesFigures[] = []
  for (const series of labelledSeries.filter(seriesIsThere).slice(quick ? -1 : 0)) {
    progress(series.name)
    streams.push(await onSeries(series))
  }
  const figures = { sets, streams }
  return { goals: goalsOf(sets), text: show(sets, streams), figures }
}

async function onSet(set: (typeof adbenchSets)[number], seeds: readonly number[]): Promise<SetFigures> {
  const { rows, labels, nFeatures } = readAdbench(set.name)
  const figures: SetFigures = {
    name: set.name,
    auroc: [],
    averagePrecision: [],
    reference: { auroc: set.auroc, averagePrecision: set.averagePrecision },
  }
  for (const seed of seeds) {
    const forest = await IsolationForest.create({ nFeatures, seed, maxRows: rows.nRows })
    const scores = forest.fit(rows).scoreBatch(rows)
    figures.auroc.push(auroc(scores, labels))
    figures.averagePrecision.push(averagePrecision(scores, labels))
  }
  return figures
}

async function onSeries(series: LabelledSeries): Promise<SeriesFigures> {
  const { rows, labels } = readSeries(series)
  return { name: series.name, measured: await slidingWindow(rows, labels), reference: series.reference }
}

function goalsOf(sets: readonly SetFigures[]): Goal[] {
  return sets.map(({ name, auroc: measured, reference }) => {
    const least = reference.auroc.mean - SLACK_SD * reference.auroc.sd
    const { mean, sd } = meanOf(measured)
    return {
      question: `${name}: AUROC`,
      measured: `${mean.toFixed(4)} ± ${sd.toFixed(4)}`,
      wanted: `at least ${least.toFixed(4)}`,
      met: mean >= least,
    }
  })
}

function show(sets: readonly SetFigures[], streams: readonly SeriesFigures[]): string {
  const missing = 'skipped: ../shared/data is not there'
  const both = (measured: number[], { mean, sd }: Reference) => {
    const own = meanOf(measured)
    return [`${own.mean.toFixed(3)} ± ${own.sd.toFixed(3)}`, `${mean.toFixed(3)} ± ${sd.toFixed(3)}`]
  }
  const setRows = sets.map(({ name, reference, ...own }) => [
    name,
    ...both(own.auroc, reference.auroc),
    ...both(own.averagePrecision, reference.averagePrecision),
  ])
  const fields = ['auroc', 'averagePrecision', 'precision', 'recall', 'falsePositiveRate'] as const
  const streamRows = streams.map(({ name, measured, reference }) => [
    name,
    ...fields.map((field) => `${measured[field].toFixed(3)} (${reference[field].toFixed(3)})`),
  ])
  return [
    sets.length === 0
      ? `adbench ${missing}`
      : table(['data set', 'AUROC', 'scikit-learn', 'average precision', 'scikit-learn'], setRows),
    streams.length === 0
      ? `streams ${missing}`
      : table(
          [
            'window 1,000, refit every 50 (scikit-learn)',
            'AUROC',
            'average precision',
            'precision',
            'recall',
            'false positives',
          ],
          streamRows,
        ),
  ].join('\n\n')
}

function meanOf(samples: readonly number[]): Reference {
  const mean = samples.reduce((sum, each) => sum + each, 0) / samples.length
  const squares = samples.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  return { mean, sd: Math.sqrt(squares / Math.max(samples.length - 1, 1)) }
}
