import { ForestError } from './errors.js'

/** Expected share of anomalies, (0, 0.5], or `auto`: the threshold is 0.5 whatever the data. */
export type Contamination = number | 'auto'

/** Shape and training options of a forest. */
export interface ForestOptions {
  /** Columns of a row, 1 to 255. */
  nFeatures: number
  /** Trees, 1 to 1,000. Default 100. */
  nTrees?: number
  /** Rows drawn without replacement for each tree, ψ, 2 to 4,096. Default 256; less when there are fewer rows. */
  subsampleSize?: number
  /** Default 0.1. */
  contamination?: Contamination
  /** Seed of the random stream, 0 to 4,294,967,295. Default 42. */
  seed?: number
  /** Capacity in training rows, 1 to 10,000,000. Without it the memory grows as `fit` needs it. */
  maxRows?: number
}

/** @internal */
export type ResolvedOptions = Required<Omit<ForestOptions, 'maxRows'>> & { maxRows: number | undefined }

const RANGES = {
  nFeatures: { least: 1, most: 255 },
  nTrees: { least: 1, most: 1000 },
  subsampleSize: { least: 2, most: 4096 },
  seed: { least: 0, most: 0xffff_ffff },
  maxRows: { least: 1, most: 10_000_000 },
} as const

/**
 * Fills in the defaults.
 * @throws ForestError FOREST_BAD_OPTION naming the option, its value and the range.
 * @internal
 */
export function resolveOptions(options: ForestOptions): ResolvedOptions {
  const { nFeatures, nTrees = 100, subsampleSize = 256, contamination = 0.1, seed = 42, maxRows } = options
  checkInteger('nFeatures', nFeatures)
  checkInteger('nTrees', nTrees)
  checkInteger('subsampleSize', subsampleSize)
  checkInteger('seed', seed)
  if (maxRows !== undefined) checkInteger('maxRows', maxRows)
  checkContamination(contamination)
  return { nFeatures, nTrees, subsampleSize, contamination, seed, maxRows }
}

/** @throws ForestError FOREST_BAD_OPTION @internal */
export function checkContamination(contamination: unknown): asserts contamination is Contamination {
  if (contamination === 'auto') return
  if (typeof contamination === 'number' && contamination > 0 && contamination <= 0.5) return
  throw new ForestError(
    'FOREST_BAD_OPTION',
    `contamination is ${shown(contamination)}; it must be 'auto' or a number above 0 and at most 0.5`,
  )
}

function checkInteger(name: keyof typeof RANGES, value: unknown): void {
  const { least, most } = RANGES[name]
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return
  throw new ForestError(
    'FOREST_BAD_OPTION',
    `${name} is ${shown(value)}; it must be an integer from ${least} to ${most}`,
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value).slice(0, 40)
}
