import type { Machine } from './machine.js'
import { table } from './table.js'

/** One promise, and what was measured. */
export interface Goal {
  question: string
  wanted: string
  measured: string
  met: boolean
}

/** What a part of the suite found out: the promises first, then what they were computed from. */
export interface Outcome {
  goals: Goal[]
  /** Tables for people. */
  text: string
  /** The same for programs; goes into the results file. */
  figures: unknown
}

/** How a part is to run. */
export interface Order {
  /** Shows that the part works; its figures are rough. */
  quick: boolean
  /** Told what is being measured now. */
  progress: (what: string) => void
}

export type Part = (order: Order) => Promise<Outcome>

export function showGoals(title: string, goals: readonly Goal[]): string {
  const rows = goals.map(({ question, measured, wanted, met }) => [
    question,
    measured,
    wanted,
    met ? 'yes' : 'NO',
  ])
  return table([title, 'measured', 'wanted', 'met'], rows)
}

/** What a day's run leaves behind: one entry a part. */
export interface Results {
  machine: Machine
  parts: Record<string, { goals: Goal[]; figures: unknown }>
}
