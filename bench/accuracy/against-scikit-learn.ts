// Does it find what is odd? The forest on whole data sets and the detector over labelled streams, plain window and
// guarded baseline, beside scikit-learn's figures. What else is known of detection: bench/accuracy.ts.
import { IsolationForest } from '#sentinel/forest/index.js'
import { adbenchIsThere, adbenchSets, type Reference, readAdbench } from '../../made-up/adbench.js'
import { dataFolder, readKdd, readNab, readTelemetry, type Stream } from '../../made-up/streams.js'
import { auroc, averagePrecision } from '../../made-up/trial/ranking.js'
import { replay } from '../../made-up/trial/replay.js'
import { type Accuracy, accuracyOf } from '../../made-up/trial/verdict-accuracy.js'
import type { Goal, Order, Outcome } from '../goal.js'
import { table } from '../table.js'

const SEEDS = [1, 2, 3, 4, 5]
/** Standard deviations of scikit-learn's own seeds that the mean may lie below its mean. */
const SLACK_SD = 2

interface SetFigures {
  name: string
  auroc: number[]
  averagePrecision: number[]
  reference: { auroc: Reference; averagePrecision: Reference }
}

interface StreamFigures {
  name: string
  window: Accuracy
  guarded: Accuracy
  reference: Accuracy
}

/** scikit-learn 1.2.1: each record scored by the forest fitted on the 1,000 before its block of 50. */
const REFERENCES: Readonly<Record<string, Accuracy>> = {
  'streams/kdd-http-a': reference(0.457, 0.067, 0.06, 0.125, 0.141),
  'streams/telemetry-a': reference(0.903, 0.321, 0.211, 0.577, 0.089),
  'nab/ec2_request_latency_system_failure': reference(0.47, 0.102, 0.087, 0.124, 0.123),
  'nab/ec2_cpu_utilization_825cc2': reference(0.683, 0.385, 0.29, 0.513, 0.118),
  'nab/elb_request_count_8c0756': reference(0.515, 0.127, 0.148, 0.169, 0.109),
  'nab/grok_asg_anomaly': reference(0.548, 0.144, 0.2, 0.241, 0.109),
  'nab/TravelTime_387': reference(0.582, 0.173, 0.186, 0.245, 0.121),
}

export async function benchmarkAccuracy({ quick, progress }: Order): Promise<Outcome> {
  const sets: SetFigures[] = []
  for (const set of adbenchIsThere() ? adbenchSets.slice(quick ? 3 : 0, quick ? 4 : undefined) : []) {
    progress(set.name)
    sets.push(await onSet(set, quick ? SEEDS.slice(0, 2) : SEEDS))
  }
  const folder = dataFolder()
  const streams: StreamFigures[] = []
  const readers = [readKdd, readTelemetry, readNab]
  for (const read of folder === null ? [] : readers.slice(quick ? -1 : 0)) {
    for (const stream of [read(folder as string)].flat().slice(quick ? -1 : 0)) {
      progress(stream.name)
      streams.push(await onStream(stream))
    }
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

async function onStream({ name, records }: Stream): Promise<StreamFigures> {
  const accuracy = async (baseline: 'window' | 'guarded') =>
    accuracyOf(records, await replay(records, { baseline }))
  return {
    name,
    window: await accuracy('window'),
    guarded: await accuracy('guarded'),
    reference: REFERENCES[name] as Accuracy,
  }
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

function show(sets: readonly SetFigures[], streams: readonly StreamFigures[]): string {
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
  const streamRows = streams.flatMap(({ name, ...figures }) =>
    (['window', 'guarded', 'reference'] as const).map((by) => [
      `${name}: ${by === 'reference' ? 'scikit-learn, window' : by}`,
      ...fields.map((field) => figures[by][field].toFixed(3)),
    ]),
  )
  return [
    sets.length === 0
      ? `adbench ${missing}`
      : table(['data set', 'AUROC', 'scikit-learn', 'average precision', 'scikit-learn'], setRows),
    streams.length === 0
      ? `streams ${missing}`
      : table(
          [
            '1,000 rows, refit every 50, contamination 0.1',
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

function reference(
  auroc: number,
  averagePrecision: number,
  precision: number,
  recall: number,
  falsePositiveRate: number,
): Accuracy {
  return { auroc, averagePrecision, precision, recall, falsePositiveRate }
}
