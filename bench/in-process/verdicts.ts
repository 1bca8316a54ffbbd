import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Detector } from '#sentinel/detector/detector.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { codeRunnerTraffic, type RoutedRecord } from '../../made-up/traffic.js'

/** What one record costs, round by round. */
export interface Verdicts {
  readonly judgeUs: number[]
  readonly detectorUs: number[]
  readonly scoreUs: number[]
  /** Heap allocated for an ordinary record. */
  readonly bytesARecord: number[]
}

const HEAP = fileURLToPath(new URL('heap.ts', import.meta.url))
const ROUNDS = 15
const LEARNT = 3000
const LEARNT_QUICKLY = 100

/** A sentinel and a detector that learn, and a forest that only scores, over the same records in turn. */
export async function verdictCosts(quick: boolean): Promise<Verdicts> {
  const learnt = quick ? LEARNT_QUICKLY : LEARNT
  const records = codeRunnerTraffic(quick ? 400 : 20_000, 7)
  const rows = records.map(({ latency, input_length, errors }) => [latency, input_length, errors])
  const [sentinel, detector, forest] = await Promise.all([
    Sentinel.create(),
    Detector.create(),
    IsolationForest.create({ nFeatures: 3 }),
  ])
  forest.fit(rows.slice(0, 1000))
  await learn((record) => sentinel.judge(record), sentinel.detector, records.slice(0, learnt))
  await learn((record) => detector.analyze(record), detector, records.slice(0, learnt))
  const costs: Verdicts = { judgeUs: [], detectorUs: [], scoreUs: [], bytesARecord: [] }
  const measured = records.slice(learnt)
  const measuredRows = rows.slice(learnt)
  for (let round = 0; round < (quick ? 2 : ROUNDS); round++) {
    await Promise.all([sentinel.detector.settled(), detector.settled()])
    costs.judgeUs.push(microseconds(measured, (record) => sentinel.judge(record)))
    costs.detectorUs.push(microseconds(measured, (record) => detector.analyze(record)))
    costs.scoreUs.push(microseconds(measuredRows, (row) => forest.score(row)))
  }
  for (let round = 0; round < (quick ? 1 : 3); round++)
    costs.bytesARecord.push(quick ? allocated(100, 100) : allocated(60_000, 3000))
  await sentinel.close()
  await detector.close()
  return costs
}

async function learn(
  take: (record: RoutedRecord) => unknown,
  detector: Detector,
  records: readonly RoutedRecord[],
): Promise<void> {
  for (const [i, record] of records.entries()) {
    take(record)
    if (i % 50 === 49) await detector.settled()
  }
}

let sink: unknown
function microseconds<Item>(items: readonly Item[], take: (item: Item) => unknown): number {
  const from = performance.now()
  for (const item of items) sink = take(item)
  return ((performance.now() - from) * 1000) / items.length
}

/**
 * Bytes of heap taken by an ordinary record, in a process of its own that collects nothing meanwhile. As many are learnt
 * before as V8 takes to compile all of it for good: the memories fade from 20,000 records on, and it begins anew then.
 */
function allocated(learnt: number, measured: number): number {
  // A young generation that has its full size from the start holds all of it without a collection.
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=128', '--import', 'tsx']
  return Number(spawnSync(process.execPath, [...flags, HEAP, `${learnt}`, `${measured}`]).stdout)
}

/** Keeps what is measured from being left out. */
export const lastVerdict = (): unknown => sink
