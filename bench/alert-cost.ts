// What does it cost a record to be ranked, weighed as evidence and learnt as ordinary, behind the detector? With few and
// many features and routes, and without routes; and how much of it is left for the garbage collector.
import { Alerts } from '#sentinel/alerts/alerts.js'
import { gaussian, mulberry32 } from '../made-up/random.js'
import { recipeOf, type TimedRecord, timedTraffic } from '../made-up/timed-traffic.js'
import { hear } from './accuracy/alerts/heard.js'
import { recordedStreams } from './accuracy/alerts/streams.js'
import type { Order, Outcome } from './goal.js'
import { duration, table } from './table.js'

const RETRAIN_EVERY = 50
/** Rounds in which the compiler still works. */
const WARM_UP = 2
const MOST_NS = 800
const SEED = 21
const WIDE = 10
const MANY_ROUTES = 500

interface Judged {
  readonly record: { readonly route: string; readonly score: number; readonly values: Float64Array }
  readonly timeMs: number
}

interface Traffic {
  readonly name: string
  readonly judged: readonly Judged[]
}

/** Of one traffic: ns a record, the median of the rounds, the least and the most; bytes allocated a record. */
export interface AlertCost {
  readonly name: string
  readonly median: number
  readonly least: number
  readonly most: number
  readonly bytes: number
}

export async function benchmarkAlertCost({ quick, progress }: Order): Promise<Outcome> {
  const costs: AlertCost[] = []
  for (const traffic of await traffics(quick ? 1000 : 20_000)) {
    progress(traffic.name)
    costs.push(costOf(traffic, quick ? WARM_UP + 1 : WARM_UP + 15))
  }
  const rows = costs.map(({ name, median, least, most, bytes }) => [
    name,
    ...[median, least, most].map(duration),
    bytes.toFixed(0),
  ])
  const [first] = costs as [AlertCost]
  const goal = {
    question: 'p, evidence and incident of a record, 3 features',
    wanted: `at most ${duration(MOST_NS)}`,
    measured: `${duration(first.median)} (${duration(first.least)} to ${duration(first.most)})`,
    met: first.median <= MOST_NS,
  }
  const head = ['traffic', 'a record', 'least', 'most', 'bytes allocated']
  return { goals: [goal], text: table(head, rows), figures: costs }
}

async function traffics(count: number): Promise<Traffic[]> {
  const made = await judgedOf(timedTraffic(recipeOf('made', SEED, count)))
  const wide = widened(made)
  const recorded = recordedStreams().filter(({ labelled }) => labelled)
  return [
    { name: 'made up, 3 features, 8 routes', judged: made },
    { name: 'without routes', judged: rerouted(made, () => '') },
    { name: `${MANY_ROUTES} routes`, judged: amongMany(made) },
    { name: `${WIDE} features`, judged: wide },
    { name: `${WIDE} features, ${MANY_ROUTES} routes`, judged: amongMany(wide) },
    ...(await Promise.all(
      recorded.map(async ({ name, records }) => ({ name, judged: await judgedOf(records.slice(0, count)) })),
    )),
  ]
}

async function judgedOf(records: readonly TimedRecord[]): Promise<Judged[]> {
  const { scores } = await hear(records)
  return records.map(({ route = '', latency, input_length, errors, timeMs }, i) => ({
    record: { route, score: scores[i] as number, values: Float64Array.of(latency, input_length, errors) },
    timeMs,
  }))
}

/** The same with more features, log-normal ones. */
function widened(judged: readonly Judged[]): Judged[] {
  const random = mulberry32(SEED)
  return judged.map(({ record, timeMs }) => {
    const values = Float64Array.from(
      { length: WIDE },
      (_, f) => record.values[f] ?? Math.exp(gaussian(random)),
    )
    return { record: { ...record, values }, timeMs }
  })
}

function rerouted(judged: readonly Judged[], routeOf: (route: string) => string): Judged[] {
  return judged.map(({ record, timeMs }) => ({ record: { ...record, route: routeOf(record.route) }, timeMs }))
}

function amongMany(judged: readonly Judged[]): Judged[] {
  const random = mulberry32(SEED)
  return rerouted(judged, (route) => `${route}/${random.below(MANY_ROUTES / 8)}`)
}

function costOf({ name, judged }: Traffic, rounds: number): AlertCost {
  const { length: nFeatures } = (judged[0] as Judged).record.values
  const features = Array.from({ length: nFeatures }, (_, f) => ({
    name: `f${f}`,
    direction: 'both' as const,
  }))
  const ns: number[] = []
  let bytes = 0
  for (let round = 0; round < rounds; round++) {
    const alerts = new Alerts({ features })
    let spent = 0
    let allocated = 0
    for (let from = RETRAIN_EVERY; from < judged.length; from += RETRAIN_EVERY) {
      alerts.adopt(scoresBefore(judged, from))
      const chunk = judged.slice(from, from + RETRAIN_EVERY)
      // A record that was just rated is in the caches.
      let read = 0
      for (const { record, timeMs } of chunk) {
        read += record.route.length + record.score + timeMs
        for (const value of record.values) read += value
      }
      const heap = process.memoryUsage().heapUsed + (read === 0 ? 1 : 0)
      const started = process.hrtime.bigint()
      for (let i = 0; i < chunk.length; i++) {
        const { record, timeMs } = chunk[i] as Judged
        alerts.judge(record, timeMs)
      }
      spent += Number(process.hrtime.bigint() - started)
      // A collection in between makes it negative, and says nothing.
      allocated += Math.max(0, process.memoryUsage().heapUsed - heap)
    }
    if (round < WARM_UP) continue
    ns.push(spent / judged.length)
    bytes = allocated / judged.length
  }
  ns.sort((a, b) => a - b)
  const [median = 0, least = 0, most = 0] = [ns[ns.length >> 1], ns[0], ns.at(-1)]
  return { name, median, least, most, bytes }
}

/** Of the records that a forest fitted then would be grown from. */
function scoresBefore(judged: readonly Judged[], at: number): Float64Array {
  const scores = judged.slice(Math.max(0, at - 1000), at).map(({ record }) => record.score)
  return Float64Array.from(scores.filter((score) => score >= 0)).sort()
}
