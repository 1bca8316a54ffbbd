// What does a fit, a score, an explanation cost, against what else runs in JavaScript, and how does it grow?
//
//   npx tsx bench/forest.ts [--quick] [--json FILE]     after `npm run build`
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Cost, growth, showGrowth } from './forest/growth.js'
import { type Headline, headline, showHeadline } from './forest/headline.js'
import { native, showNative } from './forest/native.js'
import { type Machine, machine } from './machine.js'
import type { ScikitLearnTimings, Skipped } from './peers/scikit-learn.js'
import { sunk } from './race.js'

/** Everything the forest benchmark measured; times in nanoseconds. */
export interface ForestReport {
  machine: Machine
  headline: Headline
  native: Omit<ScikitLearnTimings, 'scores'> | Skipped
  growth: Cost[]
}

/** Runs all races in this process. Quick shows that they work; its figures are rough. */
export async function benchmarkForest(quick: boolean, print: (text: string) => void): Promise<ForestReport> {
  const on = machine()
  print(`# Forest\n\n${on.cpu}, ${on.cores} cores, Node ${on.node}, ${on.date}${quick ? ', quick' : ''}\n`)
  const head = await headline(quick ? { rounds: 3, ms: 20 } : { rounds: 9, ms: 250 })
  print(`${showHeadline(head)}\n`)
  const timings = await native(quick ? 1 : 6)
  print(`${showNative(timings, head)}\n`)
  const costs = await growth(quick ? { rounds: 1, ms: 10 } : { rounds: 3, ms: 100 }, quick)
  print(`${showGrowth(costs)}\n`)
  if (!Number.isFinite(sunk())) throw new Error('a runner gave no number')
  const withoutScores = 'skipped' in timings ? timings : { ...timings, scores: undefined }
  return { machine: on, headline: head, native: withoutScores, growth: costs }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  const report = await benchmarkForest(args.includes('--quick'), (text) => console.log(text))
  const file = args.includes('--json') ? args[args.indexOf('--json') + 1] : undefined
  if (file) writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`)
}
