import { ForestError } from './errors.js'
import { MAX_FEATURES, MAX_SUBSAMPLE, MAX_TREES } from './shape-limits.js'

/** Expected share of anomalies, above 0 and at most 0.5; or `auto`, a threshold of 0.5 whatever the data. */
export type Contamination = number | 'auto'

/** Shape and training options of a forest. */
export interface ForestOptions {
  /** Columns of a row, 1 to 255. */
  nFeatures: number
  /** Trees, 1 to 1,000. Default 100. */
  nTrees?: number
  /** Rows drawn without replacement for each tree, ψ, 2 to 4,096; all rows when there are fewer. Default 256. */
  subsampleSize?: number
  /** Share of the training rows taken to be anomalous; it places the threshold. Default 0.1. */
  contamination?: Contamination
  /** Seed of the random stream, 0 to 4,294,967,295. Default 42. */
  seed?: number
  /** The most rows that `fit` takes, 1 to 10,000,000. Without it the memory grows as `fit` needs it. */
  maxRows?: number
}

/** @internal */
export type ResolvedOptions = Required<Omit<ForestOptions, 'maxRows'>> & { maxRows: number | undefined }

/** What a forest has where its options say nothing, here and in the service. */
export const FOREST_DEFAULTS = { nTrees: 100, subsampleSize: 256, contamination: 0.1, seed: 42 } as const

/** The integers that an option may be, both ends included. @internal */
export const FOREST_RANGES = {
  nFeatures: { least: 1, most: MAX_FEATURES },
  nTrees: { least: 1, most: MAX_TREES },
  subsampleSize: { least: 2, most: MAX_SUBSAMPLE },
  seed: { least: 0, most: 0xffff_ffff },
  maxRows: { least: 1, most: 10_000_000 },
} as const

/** More than half cannot be the exception. @internal */
export const MAX_CONTAMINATION = 0.5

/**
 * Fills in the defaults.
 * @throws ForestError FOREST_BAD_OPTION naming the option, its value and the range.
 * @internal
 */
export function resolveOptions(options: ForestOptions): ResolvedOptions {
  const {
    nFeatures,
    nTrees = FOREST_DEFAULTS.nTrees,
    subsampleSize = FOREST_DEFAULTS.subsampleSize,
    contamination = FOREST_DEFAULTS.contamination,
    seed = FOREST_DEFAULTS.seed,
    maxRows,
  } = options
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
  if (typeof contamination === 'number' && contamination > 0 && contamination <= MAX_CONTAMINATION) return
  throw new ForestError(
    'FOREST_BAD_OPTION',
    `contamination is ${shown(contamination)}; it must be 'auto' or a number above 0 and at most ${MAX_CONTAMINATION}`,
  )
}

function checkInteger(name: keyof typeof FOREST_RANGES, value: unknown): void {
  const { least, most } = FOREST_RANGES[name]
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return
  throw new ForestError(
    'FOREST_BAD_OPTION',
    `${name} is ${shown(value)}; it must be an integer from ${least} to ${most}`,
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value).slice(0, 40)
}
