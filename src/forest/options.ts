import { areNames, LONGEST_NAME } from './codec-extras.js'
import { ForestError } from './errors.js'
import { checkMissing, type Missing } from './imputation.js'
import { MAX_FEATURES, MAX_SUBSAMPLE, MAX_TREES } from './shape-limits.js'

/** Expected share of anomalies, above 0 and at most 0.5; or `auto`, a threshold of 0.5 whatever the data. */
export type Contamination = number | 'auto'

/** Shape and training options of a forest. */
export interface ForestOptions {
  /** Columns of a row, 1 to 4096. */
  nFeatures: number
  /** Trees, 1 to 1,000. Default 100. */
  nTrees?: number
  /** Rows drawn without replacement for each tree, ψ, 2 to 4,096; all rows when there are fewer. Default 256. */
  subsampleSize?: number
  /** Share of the training rows taken to be anomalous; it places the threshold. Default 0.1. */
  contamination?: Contamination
  /** Seed of the random stream, 0 to 4,294,967,295. Default 42. */
  seed?: number
  /** Names of the columns, each other than the others: kept with the forest. */
  featureNames?: readonly string[]
  /**
   * Whether columns that would vanish in float32 are scaled, such as amounts of 1e-9 and milliseconds since 1970. Where it
   * is false they count as scikit-learn has it: as constant, or as few different values. Default true.
   */
  scaleColumns?: boolean
  /**
   * Whether the score goes on growing beyond the range of the training rows. A forest alone is flat out there, as
   * scikit-learn's is, which is the default: only so scores are the same.
   */
  rangeExtension?: boolean
  /**
   * What becomes of NaN: `refuse`, or `median`: the median of its training column stands in for it, in rows that are fitted
   * and in rows that are scored, and is kept in the bytes. Default `refuse`.
   */
  missing?: Missing
  /** The most rows that `fit` takes, 1 to 10,000,000. Without it the memory grows as `fit` needs it. */
  maxRows?: number
}

/** What a forest has whatever is said of its columns. @internal */
export type ShapeOptions = Required<
  Omit<ForestOptions, 'featureNames' | 'rangeExtension' | 'scaleColumns' | 'missing'>
>

/** @internal */
export type ResolvedOptions = Omit<ShapeOptions, 'maxRows'> & {
  maxRows: number | undefined
  featureNames?: readonly string[] | undefined
  rangeExtension?: boolean
  scaleColumns?: boolean
  missing?: Missing
}

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
    featureNames,
    rangeExtension = false,
    scaleColumns = true,
    missing = 'refuse',
  } = options
  checkInteger('nFeatures', nFeatures)
  checkInteger('nTrees', nTrees)
  checkInteger('subsampleSize', subsampleSize)
  checkInteger('seed', seed)
  if (maxRows !== undefined) checkInteger('maxRows', maxRows)
  checkContamination(contamination)
  checkFeatureNames(featureNames, nFeatures)
  checkBoolean('rangeExtension', rangeExtension)
  checkBoolean('scaleColumns', scaleColumns)
  checkMissing(missing)
  return {
    nFeatures,
    nTrees,
    subsampleSize,
    contamination,
    seed,
    maxRows,
    featureNames,
    rangeExtension,
    scaleColumns,
    missing,
  }
}

/** What options are called elsewhere. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  n_estimators: 'nTrees',
  nEstimators: 'nTrees',
  trees: 'nTrees',
  numTrees: 'nTrees',
  max_samples: 'subsampleSize',
  maxSamples: 'subsampleSize',
  sampleSize: 'subsampleSize',
  subsample: 'subsampleSize',
  random_state: 'seed',
  randomState: 'seed',
  n_features: 'nFeatures',
  features: 'nFeatures',
  dimensions: 'nFeatures',
  feature_names: 'featureNames',
}
const KNOWN_NAMES = [
  ...'nFeatures nTrees subsampleSize contamination seed featureNames scaleColumns rangeExtension missing maxRows'.split(
    ' ',
  ),
]
const WASM_NAMES = ['wasm', 'memory', 'shared']

/**
 * Refuses options that there are none of: one that is misspelt would have no effect, without a word.
 * @throws ForestError FOREST_BAD_OPTION naming them
 * @internal
 */
export function checkOptionNames(options: unknown): void {
  if (options === null || typeof options !== 'object')
    throw new ForestError('FOREST_BAD_OPTION', 'options must be an object such as { nFeatures: 3 }')
  checkNames(options, [...KNOWN_NAMES, ...WASM_NAMES])
}

/** What `fit` can be told. @throws ForestError FOREST_BAD_OPTION naming what there is none of @internal */
export function checkFitOptionNames(options: object): void {
  checkNames(options, ['onProgress', 'missing', 'featureNames'])
}

/** @throws ForestError FOREST_BAD_OPTION @internal */
export function checkFeatureNames(featureNames: readonly string[] | undefined, nFeatures: number): void {
  if (featureNames === undefined || areNames(featureNames, nFeatures)) return
  throw new ForestError(
    'FOREST_BAD_OPTION',
    `featureNames must be ${nFeatures} names, each other than the others and of at most ${LONGEST_NAME} characters`,
  )
}

function checkNames(options: object, allowed: readonly string[]): void {
  const unknown = Object.keys(options).filter((name) => !allowed.includes(name))
  if (unknown.length === 0) return
  const named = unknown.slice(0, 5).map((name) => {
    const meant = Object.hasOwn(OTHER_NAMES, name) ? ` (here ${OTHER_NAMES[name]})` : ''
    return `${shown(name)}${meant}`
  })
  throw new ForestError(
    'FOREST_BAD_OPTION',
    `there is no option ${named.join(', ')}; there are ${allowed.join(', ')}`,
  )
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

function checkBoolean(name: string, value: unknown): void {
  if (typeof value === 'boolean') return
  throw new ForestError('FOREST_BAD_OPTION', `${name} is ${shown(value)}; it must be true or false`)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value).slice(0, 40)
}
