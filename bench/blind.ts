// Where is it blind? Kinds of records that a forest or a detector may not see, or call odd without a reason.
import { readFileSync } from 'node:fs'
import { JUDGES } from './blind/judges.js'
import { KINDS } from './blind/kinds.js'
import type { Order, Outcome } from './goal.js'
import { table } from './table.js'

/** Figures of the code before there was a remedy for any of them, by kind and judge. */
const before = JSON.parse(readFileSync(new URL('./blind/before.json', import.meta.url), 'utf8')) as Figures

type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>

/** How near the figure has to be to what is wanted. */
const SLACK = { 1: 0.1, 0: 0.15 } as const

export async function benchmarkBlind({ progress }: Order): Promise<Outcome> {
  const figures: Record<string, Record<string, number>> = {}
  const goals = []
  for (const { name, wanted, judges, measure } of KINDS) {
    progress(name)
    const measured: Record<string, number> = {}
    for (const judge of judges) measured[judge] = await measure(judge)
    figures[name] = measured
    for (const judge of judges) {
      const share = measured[judge] as number
      goals.push({
        question: `${name}, ${judge}`,
        wanted: wanted === 1 ? `at least ${1 - SLACK[1]}` : `at most ${SLACK[0]}`,
        measured: share.toFixed(2),
        met: Math.abs(share - wanted) <= SLACK[wanted] + 1e-9,
      })
    }
  }
  const cell = (all: Figures, name: string, judge: string): string => all[name]?.[judge]?.toFixed(2) ?? ''
  const rows = KINDS.map(({ name, wanted }) => [
    name,
    String(wanted),
    ...JUDGES.flatMap((judge) => [cell(before, name, judge), cell(figures, name, judge)]),
  ])
  const head = ['share seen', 'wanted', ...JUDGES.flatMap((judge) => [`${judge} before`, `${judge} now`])]
  return { goals, text: table(head, rows), figures }
}
