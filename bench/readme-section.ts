import type { Goal } from './goal.js'
import type { Results } from './results.js'
import { table } from './table.js'

/** What the README shows of a part, by how its questions begin; everything else stands in the results. */
const HEADLINES: Readonly<Record<string, readonly string[]>> = {
  http: ['sentinel'],
  stall: ['fits on end, worker', 'longest'],
  footprint: ['start', 'resident memory', 'share'],
  forest: ['score a row', 'fit'],
}

/** The README's section on benchmarks: the picture, the headline figures met or not, and how to repeat them. */
export function readmeSection({ machine, parts }: Results): string {
  const goals = Object.entries(HEADLINES).flatMap(([part, beginnings]) =>
    (parts[part]?.goals ?? []).filter(({ question }) => beginnings.some((each) => question.startsWith(each))),
  )
  const rows = goals.map(({ question, measured, wanted, met }: Goal) => [
    question,
    measured,
    met ? wanted : `${wanted}: not met`,
  ])
  return [
    '## What a record costs',
    [
      '<picture>',
      '  <source media="(prefers-color-scheme: dark)" srcset="docs/pictures/benchmarks-dark.svg">',
      '  <img alt="Cost of a score and throughput and latency of the service beside its peers" src="docs/pictures/benchmarks-light.svg">',
      '</picture>',
    ].join('\n'),
    table(['', 'measured, median (least to most of the rounds)', 'goal'], rows),
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.date}. Server and load generator share the machine. ` +
      '`npm run bench` repeats it on yours; [bench/README.md](bench/README.md) says what is compared with what, and why a goal is missed.',
    '',
  ].join('\n\n')
}
