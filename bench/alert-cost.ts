// What does it cost a record to be ranked, weighed as evidence and learnt as ordinary, behind the detector?
//
//   npm run build && npx tsx bench/alert-cost.ts
import { Alerts } from '#sentinel/alerts/alerts.js'
import { recipeOf, timedTraffic } from '../made-up/timed-traffic.js'
import { hear } from './accuracy/alerts/heard.js'
import { recordedStreams } from './accuracy/alerts/streams.js'
import { duration, table } from './table.js'

const ROUNDS = 9
const RETRAIN_EVERY = 50
/** Rounds in which the compiler still works. */
const WARM_UP = 2

const FEATURES = ['latency', 'input_length', 'errors'].map((name) => ({ name, direction: 'both' as const }))
const traffics = [
  { name: 'made', records: timedTraffic(recipeOf('made', 21, 20_000)) },
  ...recordedStreams().filter(({ labelled }) => labelled),
]
const rows: string[][] = []
for (const { name, records } of traffics) {
  const { scores } = await hear(records)
  const judged = records.map(({ route = '', latency, input_length, errors, timeMs }, i) => ({
    record: { route, score: scores[i] as number, values: Float64Array.of(latency, input_length, errors) },
    timeMs,
  }))
  const costs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const alerts = new Alerts({ features: FEATURES })
    let spent = 0
    for (let from = 0; from < judged.length; from += RETRAIN_EVERY) {
      if (from > 0) alerts.adopt(scores.slice(Math.max(RETRAIN_EVERY, from - 1000), from).sort())
      const started = process.hrtime.bigint()
      for (const { record, timeMs } of judged.slice(from, from + RETRAIN_EVERY)) alerts.judge(record, timeMs)
      spent += Number(process.hrtime.bigint() - started)
    }
    if (round >= WARM_UP) costs.push(spent / judged.length)
  }
  costs.sort((a, b) => a - b)
  rows.push([name, ...[costs.length >> 1, 0, costs.length - 1].map((i) => duration(costs[i] as number))])
}
console.log(table(['traffic', 'a record', 'least', 'most'], rows))
