import type { Goal, Results } from './goal.js'
import { table } from './table.js'

/** What the pages show of a part, by how its questions begin; everything else stands in the results. */
type Headlines = Readonly<Record<string, readonly string[]>>

/** In the README: what a user of the service or the library pays. */
const COSTS: Headlines = {
  http: ["sentinel: requests a second of bare Fastify's", "sentinel: p99 of bare Fastify's"],
  footprint: ['start', 'resident memory', 'share'],
  forest: ['score a row, faster than npm', 'fit, calibrated'],
}

/** In bench/README.md: what was aimed at. */
const GOALS: Headlines = {
  http: ['sentinel'],
  stall: ['fits', 'longest'],
  footprint: ['start', 'resident memory', 'growth', 'share'],
  forest: ['score a row', 'a row in a batch', 'attribute', 'fit', 'the modules'],
}

/** Whether every part that the pages show is among the results. */
export function fillsPages({ parts }: Results): boolean {
  return Object.keys({ ...COSTS, ...GOALS }).every((part) => Object.hasOwn(parts, part))
}

/** The README's table: what was measured, and on what. */
export function costTable(results: Results): string {
  const rows = goalsOf(results, COSTS).map(({ question, measured }) => [question, measured])
  return [table(['', 'median (least to most)'], rows), onWhat(results)].join('\n\n')
}

/** The table of bench/README.md: what was measured, what was wanted, and whether that was met. */
export function goalTable(results: Results): string {
  const rows = goalsOf(results, GOALS).map(({ question, measured, wanted, met }) => [
    question,
    measured,
    met ? wanted : `${wanted}: not met`,
  ])
  return [table(['', 'median (least to most)', 'goal'], rows), onWhat(results)].join('\n\n')
}

function goalsOf({ parts }: Results, headlines: Headlines): Goal[] {
  return Object.entries(headlines).flatMap(([part, beginnings]) =>
    (parts[part]?.goals ?? []).filter(({ question }) => beginnings.some((each) => question.startsWith(each))),
  )
}

function onWhat({ machine }: Results): string {
  return (
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.date}. ` +
    'Server and load generator share the machine.'
  )
}
