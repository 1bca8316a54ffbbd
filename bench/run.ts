// What does a record cost me? All parts, or those that are named, in one run.
//
//   npm run bench [-- [part…] [--quick] [--out FOLDER]]
import { parseArgs } from 'node:util'
import { benchmarkAccuracy } from './accuracy/against-scikit-learn.js'
import { benchmarkAlertCost } from './alert-cost.js'
import { benchmarkBlind } from './blind.js'
import { benchmarkBulk } from './bulk.js'
import { benchmarkCalibration } from './calibration.js'
import { benchmarkDashboard } from './dashboard.js'
import { benchmarkDerivedCost } from './derived-cost.js'
import { benchmarkEntities } from './entities.js'
import { benchmarkFitStall } from './fit-stall.js'
import { benchmarkFleet } from './fleet.js'
import { benchmarkFootprint } from './footprint.js'
import { benchmarkForest } from './forest.js'
import { type Goal, type Part, showGoals } from './goal.js'
import { benchmarkHttp } from './http.js'
import { benchmarkInProcess } from './in-process.js'
import { machine } from './machine.js'
import { benchmarkPeers } from './peers.js'
import { places, placesIn, publish, type Results } from './results.js'

/** In the order they run: what needs a quiet machine most comes first. */
const parts: Readonly<Record<string, Part>> = {
  http: benchmarkHttp,
  'in-process': benchmarkInProcess,
  stall: benchmarkFitStall,
  footprint: benchmarkFootprint,
  bulk: benchmarkBulk,
  dashboard: benchmarkDashboard,
  forest: benchmarkForest,
  'alert-cost': benchmarkAlertCost,
  'derived-cost': benchmarkDerivedCost,
  entities: benchmarkEntities,
  peers: benchmarkPeers,
  accuracy: benchmarkAccuracy,
  blind: benchmarkBlind,
  fleet: benchmarkFleet,
  calibration: benchmarkCalibration,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
})
const unknown = positionals.find((name) => !Object.hasOwn(parts, name))
if (unknown !== undefined) {
  console.error(`there is no part ${unknown}; there are ${Object.keys(parts).join(', ')}`)
  process.exit(1)
}

const { quick, out } = values
const on = machine()
console.log(
  `${on.cpu}, ${on.cores} cores, Node ${on.node}, ${on.date}${quick ? ', quick: figures are rough' : ''}`,
)

const results: Results = { machine: on, parts: {} }
const goals: Goal[] = []
for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  const progress = (what: string) => process.stderr.write(`${name}: ${what}\n`)
  const outcome = await (parts[name] as Part)({ quick, progress })
  results.parts[name] = { goals: outcome.goals, figures: outcome.figures }
  goals.push(...outcome.goals)
  const head = outcome.goals.length > 0 ? [showGoals(`${name}: goals`, outcome.goals)] : []
  console.log(`\n## ${name}\n\n${[...head, outcome.text].join('\n\n')}`)
}
console.log(`\n${goals.filter(({ met }) => met).length} of ${goals.length} goals met`)

// Rough figures replace nothing.
if (!quick || out !== undefined) {
  const into = out === undefined ? places : placesIn(out)
  for (const written of publish(results, into)) process.stderr.write(`wrote ${written}\n`)
}
