import { quantile } from './race.js'
import { times } from './table.js'

/** Samples in three numbers: the middle one, and how far the others lie. */
export interface Spread {
  median: number
  least: number
  most: number
}

export function spread(samples: readonly number[]): Spread {
  return { median: quantile(samples, 0.5), least: Math.min(...samples), most: Math.max(...samples) }
}

/** Round by round, so that a slow second of the machine hits both sides. */
export function ratios(over: readonly number[], under: readonly number[]): Spread {
  return spread(over.map((value, round) => value / (under[round] as number)))
}

/** `0.94x (0.91x to 0.96x)` */
export function showRatio({ median, least, most }: Spread): string {
  return `${times(median)} (${times(least)} to ${times(most)})`
}

/** `212 ms (205 to 230)` */
export function showSpread({ median, least, most }: Spread, unit: string, digits = 0): string {
  return `${median.toFixed(digits)} ${unit} (${least.toFixed(digits)} to ${most.toFixed(digits)})`
}
