import type { HeardOptions } from './heard.js'

/** How much is tried. */
export interface Extent {
  /** Seeds of made-up traffic; of the forest over recorded streams; of the traffic that is followed from its start. */
  readonly madeSeeds: readonly number[]
  readonly forestSeeds: readonly number[]
  readonly coldSeeds: Readonly<Record<string, readonly number[]>>
  /** Records of a made-up stream; undefined for the recipe's own number. */
  readonly count: number | undefined
  readonly options: HeardOptions
  readonly progress: (what: string) => void
}

export function extentOf(quick: boolean, retrainEvery: number, progress: (what: string) => void): Extent {
  const options = { retrainEvery }
  if (quick)
    return {
      madeSeeds: [21],
      forestSeeds: [42],
      coldSeeds: { 'of development': [21] },
      count: 12_000,
      options,
      progress,
    }
  const coldSeeds = { 'of development': [21, 22, 23, 24, 25], others: [31, 32, 33, 34, 35] }
  return {
    madeSeeds: [21, 22, 23, 24, 25],
    forestSeeds: [42, 1, 2],
    coldSeeds,
    count: undefined,
    options,
    progress,
  }
}
