// Reading scikit-learn's IsolationForest: the arrays of its trees, its offset, and what it was fitted on.

import type { Arena } from './arena.js'
import { areNames } from './codec-extras.js'
import { ForestError } from './errors.js'
import { contaminationNumber } from './fit.js'
import { FOREST_RANGES, MAX_CONTAMINATION, resolveOptions, type ShapeOptions } from './options.js'
import { MAX_FLOAT32, writeRow } from './rows.js'
import { MAX_SUBSAMPLE, MAX_TREES } from './shape-limits.js'

/** One `estimator.tree_`: arrays by node, the root first. The children of a leaf are -1. */
export interface ScikitLearnTree {
  readonly children_left: readonly number[]
  readonly children_right: readonly number[]
  /** Number of the feature that is split on, from 0; of a leaf it means nothing. */
  readonly feature: readonly number[]
  /** Split value: a row goes left when its value is at most this; of a leaf it means nothing. */
  readonly threshold: readonly number[]
  /** Rows of the sample that reached the node. */
  readonly n_node_samples: readonly number[]
}

/** A forest fitted by scikit-learn, as the recipe in docs/runtimes.md exports it. */
export interface ScikitLearnForest {
  /** `n_features_in_`: columns of a row. */
  readonly n_features: number
  /** `max_samples_`: rows drawn for each tree, ψ. */
  readonly max_samples: number
  /** Expected share of anomalies, above 0 and at most 0.5, or `auto`. */
  readonly contamination: number | 'auto'
  /** `offset_`: minus the threshold. */
  readonly offset: number
  readonly trees: readonly ScikitLearnTree[]
  /**
   * `estimators_features_`: by tree, the column behind each of its feature numbers. With `max_features` below 1 a tree knows
   * some columns only, and counts those from 0; without this every tree is taken to know all.
   */
  readonly estimators_features?: readonly (readonly number[])[] | null
  /** `feature_names_in_`: names of the columns. */
  readonly feature_names?: readonly string[] | null
  /** Rows it was fitted on, n of n_features finite numbers. `confidence` needs these, or the scores below. */
  readonly train?: readonly (readonly number[])[]
  /** `score_samples` of those rows: minus their anomaly scores, one a row. */
  readonly train_score_samples?: readonly number[]
  /** Some rows, and their `score_samples`: by these the import checks itself where `train` is left out. */
  readonly check_rows?: readonly (readonly number[])[]
  readonly check_score_samples?: readonly number[]
}

/** Scores of one row by one forest are the same to within this. */
const SAME_SCORE = 1e-6

/** The options of a document's forest, after checks of all but its trees. @throws ForestError FOREST_BAD_DOCUMENT @internal */
export function documentOptions(doc: ScikitLearnForest): ShapeOptions {
  if (doc === null || typeof doc !== 'object' || !Array.isArray(doc.trees)) {
    refuse('it must be an object with trees, an array')
  }
  if (!(typeof doc.offset === 'number' && doc.offset < 0 && doc.offset > -1)) {
    refuse('offset must be a number between -1 and 0: a score above -offset is anomalous')
  }
  if (!Number.isInteger(doc.max_samples) || doc.max_samples < 1)
    refuse('max_samples must be an integer from 1')
  checkLimits(doc)
  for (const name of ['train', 'train_score_samples', 'check_rows', 'check_score_samples'] as const) {
    if (doc[name] != null && !Array.isArray(doc[name])) refuse(`${name} must be an array`)
  }
  checkColumns(doc)
  const rows = doc.train?.length ?? doc.train_score_samples?.length ?? doc.max_samples
  if (rows > FOREST_RANGES.maxRows.most) {
    refuse(`it was fitted on ${rows} rows, and ${FOREST_RANGES.maxRows.most} are the most`)
  }
  const options = {
    nFeatures: doc.n_features,
    nTrees: doc.trees.length,
    subsampleSize: Math.max(doc.max_samples, 2),
    contamination: doc.contamination,
    seed: 0,
    maxRows: Math.max(rows, 1),
  }
  try {
    resolveOptions(options)
  } catch (cause) {
    refuse((cause as Error).message)
  }
  return options
}

/** What is larger than a forest here can be is refused in the words of the one who fitted it. */
function checkLimits({ trees, max_samples: rows }: ScikitLearnForest): void {
  if (trees.length > MAX_TREES)
    refuse(`n_estimators is ${trees.length}; fit with n_estimators=${MAX_TREES} or fewer`)
  if (rows > MAX_SUBSAMPLE)
    refuse(
      `max_samples_ is ${rows}, and a tree can have ${MAX_SUBSAMPLE} rows; fit with max_samples=${MAX_SUBSAMPLE} or fewer`,
    )
}

function checkColumns({
  trees,
  n_features: n,
  estimators_features: of,
  feature_names: names,
}: ScikitLearnForest): void {
  if (names != null && !areNames(names, n))
    refuse('feature_names must be n_features names, each other than the others')
  if (of == null) return
  if (!Array.isArray(of) || of.length !== trees.length)
    refuse('estimators_features must be an array with one entry a tree')
  const isColumn = (column: unknown): boolean =>
    Number.isInteger(column) && (column as number) >= 0 && (column as number) < n
  for (const [number, columns] of of.entries()) {
    if (!Array.isArray(columns) || columns.length === 0 || !columns.every(isColumn))
      refuse(`estimators_features[${number}] must be numbers of columns, from 0 to ${n - 1}`)
  }
}

/**
 * Fills a slot with a document's forest.
 * @param arena of the shape that `documentOptions` gives
 * @throws ForestError FOREST_BAD_DOCUMENT
 * @internal
 */
export function importDocument(arena: Arena, slot: number, doc: ScikitLearnForest): void {
  const { wasm, base } = arena
  wasm.importBegin(base, slot, arena.shape.maxRows, doc.max_samples)
  doc.trees.forEach((tree, number) => {
    wasm.importClear(base, slot, number)
    importTree(arena, slot, number, tree, doc.estimators_features?.[number] ?? null)
    wasm.importSeal(base, slot, number)
  })
  checkRows(arena, slot, doc)
  const nScores = writeScores(arena, slot, doc)
  if (nScores > 0) {
    checkOffset(arena.scores(slot, nScores), doc)
    wasm.calibrateOn(base, slot, nScores, contaminationNumber(doc.contamination))
  }
  wasm.setThreshold(base, slot, -doc.offset)
}

/** @param columns of the tree's features; null where these are all columns in their order */
function importTree(
  arena: Arena,
  slot: number,
  number: number,
  tree: ScikitLearnTree,
  columns: readonly number[] | null,
): void {
  const { wasm, base, shape } = arena
  const height = wasm.heightOf(base, slot)
  const nodes = tree?.feature?.length ?? 0
  for (const name of ['children_left', 'children_right', 'feature', 'threshold', 'n_node_samples'] as const) {
    if (!Array.isArray(tree?.[name]) || tree[name].length !== nodes || nodes === 0) {
      refuse(`tree ${number}: ${name} must be an array with one entry a node`)
    }
  }
  const at = (name: keyof ScikitLearnTree, node: number) => tree[name][node] as number
  const subsample = wasm.subsampleOf(base, slot)
  const nFeatures = columns?.length ?? shape.nFeatures

  /** Copies node `source` of the document to `node` of the complete binary tree, and all that is below it. */
  const copyNode = (source: number, node: number, depth: number, rows: number): void => {
    const where = `tree ${number}, node ${source}`
    if (!Number.isInteger(source) || source < 0 || source >= nodes) refuse(`${where} is not there`)
    if (at('n_node_samples', source) !== rows) refuse(`${where}: n_node_samples do not add up`)
    const left = at('children_left', source)
    const right = at('children_right', source)
    const isLeaf = left === -1 && right === -1
    // Contributions add up from the whole sample, whatever the root counts; a score asks the leaves alone.
    wasm.importSize(base, slot, number, node, node === 1 && !isLeaf ? subsample : rows)
    if (isLeaf) return
    if (depth === height) refuse(`${where} is deeper than ceil(log2(max_samples)) = ${height}`)
    const feature = at('feature', source)
    if (!Number.isInteger(feature) || feature < 0 || feature >= nFeatures) {
      refuse(`${where}: feature must be an integer from 0 to ${nFeatures - 1}`)
    }
    const threshold = at('threshold', source)
    // A threshold below the range of float32 has no float32 at or below it.
    if (!(threshold >= -MAX_FLOAT32 && Number.isFinite(threshold))) {
      refuse(`${where}: threshold must be finite and within float32`)
    }
    const leftRows = tree.n_node_samples[left] ?? 0
    if (!(Number.isInteger(leftRows) && leftRows > 0 && leftRows < rows)) {
      refuse(`${where}: n_node_samples do not add up`)
    }
    wasm.importSplit(base, slot, number, node, columns?.[feature] ?? feature, floorToFloat32(threshold))
    copyNode(left, 2 * node, depth + 1, leftRows)
    copyNode(right, 2 * node + 1, depth + 1, rows - leftRows)
  }
  // With bootstrap=True a row is drawn more than once, and scikit-learn before 1.8 counts it once.
  const rows = at('n_node_samples', 0)
  if (!(Number.isInteger(rows) && rows > 0 && rows <= subsample)) {
    refuse(
      `tree ${number}: n_node_samples of the root is ${String(rows).slice(0, 20)}, and max_samples ${subsample}`,
    )
  }
  copyNode(0, 1, 0, rows)
}

/**
 * Writes the calibration scores to the slot: computed from the training rows where they are there, as then they have
 * the very bits that `score` gives; else those of the document.
 * @returns how many
 */
function writeScores(arena: Arena, slot: number, doc: ScikitLearnForest): number {
  const { wasm, base } = arena
  if (doc.train) {
    const scores = arena.scores(slot, doc.train.length)
    doc.train.forEach((row, index) => {
      writeTraining(row, arena, index)
      scores[index] = wasm.score(base, slot)
    })
    if (doc.train_score_samples != null)
      checkScores(scores, doc.train_score_samples, 'train', 'train_score_samples')
    return scores.length
  }
  const given = doc.train_score_samples ?? []
  const scores = arena.scores(slot, given.length)
  given.forEach((score, index) => {
    if (!(score < 0 && score >= -1)) refuse(`train_score_samples[${index}] must be in [-1, 0)`)
    scores[index] = -score
  })
  return given.length
}

/** Scores the rows that were given for a check, and compares. */
function checkRows(arena: Arena, slot: number, doc: ScikitLearnForest): void {
  const { check_rows: rows, check_score_samples: given } = doc
  if (rows == null && given == null) return
  const scores = Float64Array.from(rows ?? [], (row, index) => {
    writeTraining(row, arena, index, 'check_rows')
    return arena.wasm.score(arena.base, slot)
  })
  checkScores(scores, given ?? [], 'check_rows', 'check_score_samples')
}

/** A document that lacks something of its forest is told by its own scores. */
function checkScores(
  scores: Float64Array,
  given: readonly number[],
  rowsName: string,
  scoresName: string,
): void {
  if (given.length !== scores.length)
    refuse(`${rowsName} has ${scores.length} rows, and ${scoresName} ${given.length} scores`)
  const furthest = given.reduce(
    (most, score, i) => Math.max(most, Math.abs(score + (scores[i] as number))),
    0,
  )
  // What is no number is never near.
  if (furthest <= SAME_SCORE) return
  refuse(
    `the scores of ${rowsName} differ from ${scoresName} by up to ${furthest.toPrecision(2)}. ` +
      'A forest of max_features below 1 needs its estimators_features: export it by the recipe in docs/runtimes.md',
  )
}

/** An offset that makes most of what the forest was grown from an anomaly is that of another forest. */
function checkOffset(scores: Float64Array, { offset, contamination }: ScikitLearnForest): void {
  const anomalous = scores.reduce((count, score) => count + (score > SAME_SCORE - offset ? 1 : 0), 0)
  // With auto the offset does not follow the rows, and may lie among them anywhere.
  const most = contamination === 'auto' ? scores.length - 1 : scores.length * MAX_CONTAMINATION
  if (anomalous <= most) return
  refuse(`offset ${offset} makes ${anomalous} of the ${scores.length} rows anomalous that it was fitted on`)
}

function writeTraining(row: readonly number[], arena: Arena, index: number, name = 'train'): void {
  try {
    writeRow(row, arena.row, 0, arena.shape.nFeatures, index)
  } catch (cause) {
    refuse(`${name}: ${(cause as Error).message}`)
  }
}

/**
 * The largest float32 <= x, for x within the range of float32 or above it. A float32 value is <= x exactly when it is
 * <= this, so float32 splits decide as scikit-learn's float64 thresholds do.
 * @internal
 */
export function floorToFloat32(x: number): number {
  const nearest = Math.fround(x)
  if (nearest <= x) return nearest
  if (nearest === Number.POSITIVE_INFINITY) return MAX_FLOAT32
  const bits = new Int32Array(new Float32Array([nearest]).buffer)
  // The next float32 below. Bits count upwards from zero in both directions; below zero comes the smallest negative.
  if (nearest > 0) bits[0] = (bits[0] as number) - 1
  else if (nearest < 0) bits[0] = (bits[0] as number) + 1
  else return -1.401298464324817e-45
  return new Float32Array(bits.buffer)[0] as number
}

function refuse(reason: string): never {
  throw new ForestError('FOREST_BAD_DOCUMENT', `scikit-learn document refused: ${reason}`)
}
