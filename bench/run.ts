// What does a record cost me? All parts, or those that are named, in one run.
//
//   npm run bench [-- [part…] [--quick] [--out FOLDER]]
import { parseArgs } from 'node:util'
import { type Goal, type Part, type Results, showGoals } from './goal.js'
import { machine } from './machine.js'
import { places, placesIn, publish } from './results.js'

/** In the order they run: what needs a quiet machine most comes first. Each is loaded when its turn comes. */
const parts: Readonly<Record<string, () => Promise<Part>>> = {
  http: async () => (await import('./http.js')).benchmarkHttp,
  'in-process': async () => (await import('./in-process.js')).benchmarkInProcess,
  stall: async () => (await import('./fit-stall.js')).benchmarkFitStall,
  footprint: async () => (await import('./footprint.js')).benchmarkFootprint,
  bulk: async () => (await import('./bulk.js')).benchmarkBulk,
  dashboard: async () => (await import('./dashboard.js')).benchmarkDashboard,
  forest: async () => (await import('./forest.js')).benchmarkForest,
  'alert-cost': async () => (await import('./alert-cost.js')).benchmarkAlertCost,
  'derived-cost': async () => (await import('./derived-cost.js')).benchmarkDerivedCost,
  entities: async () => (await import('./entities.js')).benchmarkEntities,
  peers: async () => (await import('./peers.js')).benchmarkPeers,
  accuracy: async () => (await import('./accuracy/against-scikit-learn.js')).benchmarkAccuracy,
  blind: async () => (await import('./blind.js')).benchmarkBlind,
  fleet: async () => (await import('./fleet.js')).benchmarkFleet,
  calibration: async () => (await import('./calibration.js')).benchmarkCalibration,
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
  const part = await (parts[name] as () => Promise<Part>)()
  const outcome = await part({ quick, progress })
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
