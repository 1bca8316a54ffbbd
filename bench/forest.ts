// What does a fit, a score, an explanation cost, against what else runs in JavaScript, and how does it grow?
import { type Cost, growth, showGrowth } from './forest/growth.js'
import { type Headline, headline, showTimings } from './forest/headline.js'
import type { Order, Outcome } from './goal.js'
import { sunk } from './race.js'

/** Times in nanoseconds. */
export interface ForestFigures extends Omit<Headline, 'goals'> {
  growth: Cost[]
}

export async function benchmarkForest({ quick, progress }: Order): Promise<Outcome> {
  progress('against other forests in JavaScript')
  const { goals, ...timings } = await headline(quick ? { rounds: 1, ms: 5 } : { rounds: 9, ms: 250 }, quick)
  progress('how cost grows')
  const costs = await growth(quick ? { rounds: 1, ms: 5 } : { rounds: 3, ms: 100 }, quick)
  if (!Number.isFinite(sunk())) throw new Error('a runner gave no number')
  const figures: ForestFigures = { ...timings, growth: costs }
  return { goals, text: `${showTimings(timings)}\n\n${showGrowth(costs)}`, figures }
}
