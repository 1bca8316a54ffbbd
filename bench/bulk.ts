// What is bulk worth? Records a second in batches against a loop in process and single requests, what a batch costs
// those who send single records meanwhile, and the replay of a long file.
import { type Beside, besideBatches } from './bulk/beside.js'
import { type Replays, replays } from './bulk/replays.js'
import { type Throughput, throughputs } from './bulk/throughput.js'
import type { Goal, Order, Outcome } from './goal.js'
import { ratios, type Spread, showRatio, showSpread, spread } from './spread.js'
import { table, times } from './table.js'

interface BulkFigures {
  readonly throughput: Throughput
  readonly beside: Beside
  readonly replays: Replays
}

export async function benchmarkBulk({ quick, progress }: Order): Promise<Outcome> {
  const figures = {
    beside: await besideBatches(quick, progress),
    throughput: await throughputs(quick, progress),
    replays: await replays(quick, progress),
  }
  return { goals: goalsOf(figures), text: show(figures), figures }
}

function goalsOf({ throughput, beside, replays }: BulkFigures): Goal[] {
  const { loop, ndjson, gzip, spans, singles, rssMiB } = throughput
  const ofLoop = (name: string, measured: readonly number[], least: number) =>
    ratioGoal(`${name}, records a second of a loop in process`, ratios(measured, loop), least)
  // Of medians: the p99 of one stretch is what the machine did to twenty requests, and swings threefold without batches.
  const [alone, beside99] = [beside.alone, beside.beside].map((stretches) =>
    spread(stretches.map(({ p99Ms }) => p99Ms)),
  ) as [Spread, Spread]
  const p99 = beside99.median / alone.median
  const [calm, held] = [beside.alone, beside.beside].map((stretches) =>
    spread(stretches.map(({ stalledMs }) => stalledMs)),
  ) as [Spread, Spread]
  const growth = spread(rssMiB.after.map((after) => after - rssMiB.before))
  const peak = spread(replays.peakMiB)
  return [
    ofLoop('NDJSON over HTTP', ndjson, 0.7),
    ofLoop('NDJSON with gzip', gzip, 0.6),
    ofLoop('spans in protobuf', spans, 0.5),
    ratioGoal('NDJSON over HTTP, of single requests on 16 connections', ratios(ndjson, singles), 10),
    {
      question: 'single requests beside batches: p99 of that without',
      measured: `${times(p99)} (${showSpread(alone, 'ms', 1)}; ${showSpread(beside99, 'ms', 1)})`,
      wanted: 'at most 1.20x',
      met: p99 <= 1.2,
    },
    {
      question: 'longest that the event loop is held up beside batches, beyond that without',
      measured: `${(held.median - calm.median).toFixed(1)} ms (${showSpread(calm, 'ms', 1)}; ${showSpread(held, 'ms', 1)})`,
      wanted: 'below 5 ms',
      met: held.median - calm.median < 5,
    },
    below('resident memory that batches of 100,000 add', growth, 'MiB', 32, 1),
    ratioGoal('replay of a file, records a second of a loop', ratios(replays.replay, replays.loop), 0.8),
    below('most memory of a replay', peak, 'MiB', 200, 0),
  ]
}

function ratioGoal(question: string, found: Spread, least: number): Goal {
  return {
    question,
    measured: showRatio(found),
    wanted: `at least ${least}x`,
    met: found.median >= least,
  }
}

function below(question: string, found: Spread, unit: string, most: number, digits: number): Goal {
  return {
    question,
    measured: showSpread(found, unit, digits),
    wanted: `below ${most} ${unit}`,
    met: found.median < most,
  }
}

function show({ throughput, beside, replays }: BulkFigures): string {
  const { loop, ndjson, gzip, lines, spans, singles } = throughput
  const ways: [string, readonly number[]][] = [
    ['a loop in process', loop],
    ['NDJSON, answered by figures', ndjson],
    ['NDJSON, answered line by line', lines],
    ['NDJSON with gzip', gzip],
    ['spans in protobuf', spans],
    ['single requests, 16 connections', singles],
    [`a replay of ${replays.records.toLocaleString('en')} records`, replays.replay],
    ['a loop with fits at their record', replays.loop],
  ]
  const speeds = ways.map(([name, perSecond]) => [
    name,
    showSpread(spread(perSecond), '/s'),
    showSpread(spread(perSecond.map((each) => 1e6 / each)), 'µs', 2),
  ])
  const waits = (['alone', 'beside'] as const).map((name) => {
    const of = (field: 'p50Ms' | 'p99Ms' | 'maxMs' | 'stalledMs') =>
      showSpread(spread(beside[name].map((stretch) => stretch[field])), 'ms', 2)
    const who = name === 'alone' ? 'single requests alone' : 'beside batches'
    return [who, of('p50Ms'), of('p99Ms'), of('maxMs'), of('stalledMs')]
  })
  return [
    table(['', 'records', 'a record'], speeds),
    table(['500 a second', 'p50', 'p99', 'longest', 'event loop held up'], waits),
  ].join('\n\n')
}
