import { Arena, type ArenaShape } from './arena.js'
import { attributeRow } from './attribution.js'
import { decodeForest, decodeHeader, encodeForest } from './codec.js'
import { surveyColumns } from './column-scales.js'
import { ForestError } from './errors.js'
import { contaminationNumber, type FitProgress, fitSlot } from './fit.js'
import { checkMissing, columnMedians, imputedRow, imputedRows, type Missing } from './imputation.js'
import {
  type Contamination,
  checkContamination,
  checkFeatureNames,
  checkFitOptionNames,
  checkOptionNames,
  FOREST_RANGES,
  type ForestOptions,
  type ResolvedOptions,
  resolveOptions,
} from './options.js'
import { beyondRange, type ColumnRanges, extendScore } from './range-extension.js'
import {
  type ColumnScales,
  checkRows,
  checkValues,
  countRows,
  type Rows,
  writeRow,
  writeRows,
} from './rows.js'
import { documentOptions, importDocument, type ScikitLearnForest } from './scikit-learn.js'
import { type TreeView, viewTree } from './tree-view.js'
import type { WasmOptions } from './wasm.js'

/** A score and what each feature adds to it. */
export interface Attribution {
  /** Anomaly score in (0, 1]. */
  readonly score: number
  /** Bits by feature, Float64[nFeatures]: score = 2^(-1 + their sum); positive pushes towards anomaly. */
  readonly contributions: Float64Array
}

/** What a fit can be told. */
export interface FitOptions {
  /** Told every few trees; what it throws ends the fit and leaves the forest without trees. */
  onProgress?: FitProgress
  /** What becomes of NaN from now on. Default: what the forest was created with. */
  missing?: Missing
  /** Names of the columns from now on. */
  featureNames?: readonly string[]
}

const SLOT = 0
const FIRST_CAPACITY = 1024

/**
 * An isolation forest (Liu, Ting, Zhou, ICDM 2008) in WebAssembly.
 *
 * Scores agree with scikit-learn's `-score_samples`, thresholds with `-offset_`. Rows are compared in float32, as
 * scikit-learn does. The same rows, options and seed give the same forest, bit for bit, in every runtime.
 *
 * ```ts
 * const forest = await IsolationForest.create({ nFeatures: 3 })
 * forest.fit(rows)
 * forest.isAnomaly([5230, 120, 3])
 * ```
 */
export class IsolationForest {
  #arena: Arena
  #options: ResolvedOptions
  /** Null where every value is compared as it is. */
  #scales: ColumnScales | null = null
  #constant: readonly number[] = []
  /** Of the training columns, for values that are missing; null where these are refused. */
  #medians: Float64Array | null = null
  /** Of the training rows; null where nothing counts beyond them. */
  #ranges: ColumnRanges | null = null

  private constructor(arena: Arena, options: ResolvedOptions) {
    if (!(arena instanceof Arena))
      throw new ForestError(
        'FOREST_BAD_OPTION',
        'a forest is made by await IsolationForest.create({ nFeatures: 3 }), fromBytes or fromScikitLearn, not by new: the module is loaded first',
      )
    this.#arena = arena
    this.#options = options
  }

  /**
   * Loads the module and lays out the memory.
   * @throws ForestError FOREST_BAD_OPTION, also for an option that there is none of, FOREST_NO_WASM, FOREST_OUT_OF_MEMORY
   */
  static async create(options: ForestOptions & WasmOptions): Promise<IsolationForest> {
    checkOptionNames(options)
    const resolved = resolveOptions(options)
    const arena = await Arena.create(shapeOf(resolved, resolved.maxRows ?? FIRST_CAPACITY), options)
    return new IsolationForest(arena, resolved)
  }

  /**
   * A forest from the bytes that `toBytes` gave, with the same scores bit for bit.
   * @throws ForestError FOREST_BAD_BYTES for foreign, truncated or corrupted bytes, FOREST_NO_WASM,
   *   FOREST_OUT_OF_MEMORY
   */
  static async fromBytes(bytes: Uint8Array, options: WasmOptions = {}): Promise<IsolationForest> {
    const header = decodeHeader(bytes)
    const arena = await Arena.create(shapeOf(header.options, header.options.maxRows), options)
    decodeForest(arena, SLOT, header, bytes)
    const { names: featureNames, scales = null, ranges = null, constant = [], medians = null } = header.extras
    const rangeExtension = ranges !== null
    const missing: Missing = medians === null ? 'refuse' : 'median'
    const resolved = { ...header.options, maxRows: undefined, featureNames, rangeExtension, missing }
    const forest = new IsolationForest(arena, resolved)
    forest.#scales = scales
    forest.#ranges = ranges
    forest.#constant = constant
    forest.#medians = medians
    return forest
  }

  /**
   * A forest that scikit-learn fitted: the same scores, threshold and labels.
   * @throws ForestError FOREST_BAD_DOCUMENT saying what does not fit, FOREST_NO_WASM, FOREST_OUT_OF_MEMORY
   */
  static async fromScikitLearn(doc: ScikitLearnForest, options: WasmOptions = {}): Promise<IsolationForest> {
    const resolved = documentOptions(doc)
    const arena = await Arena.create(shapeOf(resolved, resolved.maxRows), options)
    importDocument(arena, SLOT, doc)
    const featureNames = doc.feature_names ?? undefined
    return new IsolationForest(arena, { ...resolved, maxRows: undefined, featureNames })
  }

  /** Columns of a row. */
  get nFeatures(): number {
    return this.#options.nFeatures
  }

  /** Names of the columns, where the forest was given some; else null. */
  get featureNames(): readonly string[] | null {
    return this.#options.featureNames ?? null
  }

  /**
   * Columns that were constant in the rows of the last fit, as far as float32 can tell: whatever comes in them, no tree is
   * split by it. Empty for a forest that scikit-learn fitted.
   */
  get degenerateFeatures(): readonly number[] {
    return this.#constant
  }

  /** What becomes of NaN in a row. */
  get missing(): Missing {
    return this.#options.missing ?? 'refuse'
  }

  /** Trees in the forest. */
  get nTrees(): number {
    return this.#options.nTrees
  }

  /** Seed that `fit` grows the trees from. */
  get seed(): number {
    return this.#options.seed
  }

  /** Expected share of anomalies that the threshold is set for. */
  get contamination(): Contamination {
    return this.#options.contamination
  }

  /** Rows each tree was grown from, ψ: the option, or all rows when there were fewer. Before `fit` the option. */
  get subsampleSize(): number {
    return this.fitted ? this.#arena.wasm.subsampleOf(this.#arena.base, SLOT) : this.#options.subsampleSize
  }

  /** Whether there are trees: `fit` was called, or the forest was read. */
  get fitted(): boolean {
    return this.#arena.wasm.fittedRows(this.#arena.base, SLOT) > 0
  }

  /** Rows the forest was fitted on; 0 before. */
  get nRows(): number {
    return this.#arena.wasm.fittedRows(this.#arena.base, SLOT)
  }

  /** The memory behind the forest. @internal */
  get arena(): Arena {
    return this.#arena
  }

  /**
   * Grows the trees from these rows, and sets threshold and confidence by their scores. When a row is refused the
   * forest stays as it was.
   * @param given n rows of nFeatures finite numbers, n from 1 to maxRows; with `missing: 'median'` NaN, too
   * @throws ForestError FOREST_BAD_ROW naming row and feature, FOREST_BAD_OPTION, also for an option that there is none of,
   *   FOREST_TOO_MANY_ROWS, FOREST_OUT_OF_MEMORY
   */
  fit(given: Rows, options: FitOptions = {}): this {
    checkFitOptionNames(options)
    const { missing = this.missing, featureNames = this.#options.featureNames } = options
    checkMissing(missing)
    checkFeatureNames(featureNames, this.nFeatures)
    const nRows = this.#checkTraining(given)
    const medians = missing === 'median' ? columnMedians(given, this.nFeatures) : null
    const rows = medians === null ? given : imputedRows(given, medians)
    const { nTrees, seed, contamination, nFeatures } = this.#options
    if (nRows > this.#arena.shape.maxRows) {
      checkValues(rows, nFeatures)
      this.#arena = this.#grown(nRows)
    }
    const arena = this.#arena
    writeRows(rows, 0, nRows, arena.training, arena.rowStride, nFeatures)
    this.#options = { ...this.#options, missing, featureNames }
    this.#medians = medians
    const { constant, scales, ranges } = surveyColumns(rows, nFeatures, this.#options.scaleColumns !== false)
    this.#constant = constant
    this.#ranges = this.#options.rangeExtension === true ? ranges : null
    this.#scales = scales
    if (scales !== null) writeRows(rows, 0, nRows, arena.training, arena.rowStride, nFeatures, scales)
    const order = { base: arena.base, slot: SLOT, nRows, nTrees, seed, contamination }
    fitSlot(arena.wasm, order, options.onProgress)
    return this
  }

  /**
   * Anomaly score of one row, in (0, 1]: 2^(-E[h(x)] / c(ψ)), Liu, Ting, Zhou 2008, equation 2. Higher is more
   * anomalous. Equals scikit-learn's -score_samples.
   * @param given nFeatures finite numbers; beyond the range of float32 they count as the largest there is. Of a forest that
   *   was fitted with `missing: 'median'` NaN, too
   * @throws ForestError FOREST_BAD_ROW, FOREST_NOT_FITTED
   */
  score(given: ArrayLike<number>): number {
    const arena = this.#arena
    const row = this.#medians === null ? given : imputedRow(given, this.#medians)
    writeRow(row, arena.row, 0, this.#options.nFeatures, -1, this.#scales)
    this.#checkFitted()
    const score = arena.wasm.score(arena.base, SLOT)
    return this.#ranges === null ? score : extendScore(arena.wasm, score, this.#beyond(row, this.#ranges))
  }

  /**
   * Scores of n rows, Float64[n]: the same bits as `score` gives one by one, in less time for each.
   * @param given n rows as `score` takes them, n from 0
   * @throws ForestError FOREST_BAD_ROW, FOREST_NOT_FITTED
   */
  scoreBatch(given: Rows): Float64Array {
    this.#checkFitted()
    const arena = this.#arena
    checkRows(given, this.#options.nFeatures)
    const rows = this.#medians === null ? given : imputedRows(given, this.#medians)
    const nRows = countRows(rows)
    const scores = new Float64Array(nRows)
    const { batch, batchScores } = arena
    for (let from = 0; from < nRows; from += arena.batchRows) {
      const n = Math.min(arena.batchRows, nRows - from)
      writeRows(rows, from, n, batch, arena.rowStride, this.#options.nFeatures, this.#scales)
      arena.wasm.scoreBatch(arena.base, SLOT, n)
      scores.set(n === batchScores.length ? batchScores : batchScores.subarray(0, n), from)
    }
    const ranges = this.#ranges
    if (ranges !== null)
      scores.forEach((score, r) => {
        scores[r] = extendScore(arena.wasm, score, this.#beyond(this.#rowAt(rows, r), ranges))
      })
    return scores
  }

  /**
   * Scores strictly above it are anomalous: the (1 - contamination) percentile of the training rows' scores, or 0.5
   * under `auto`. Equals scikit-learn's -offset_.
   * @throws ForestError FOREST_NOT_FITTED
   */
  get threshold(): number {
    this.#checkFitted()
    return this.#arena.wasm.thresholdOf(this.#arena.base, SLOT)
  }

  /**
   * Whether a row's score exceeds the threshold. A score that equals it but for rounding (1e-12) is normal.
   * @param row nFeatures finite numbers
   * @throws ForestError FOREST_BAD_ROW, FOREST_NOT_FITTED
   */
  isAnomaly(row: ArrayLike<number>): boolean {
    const score = this.score(row)
    return this.#arena.wasm.exceeds(score, this.threshold) !== 0
  }

  /**
   * Probability that the verdict on a score survives a redraw of the training rows (ExCeeD: Perini, Vercruyssen,
   * Davis, ECML-PKDD 2020): that the row is anomalous when the score exceeds the threshold, else that it is normal.
   * @param score as `score` gives it
   * @returns 0 to 1
   * @throws ForestError FOREST_BAD_OPTION, FOREST_NOT_FITTED; FOREST_NOT_CALIBRATED when the forest came from
   *   scikit-learn without its training rows or their scores
   */
  confidence(score: number): number {
    this.#checkFitted()
    if (typeof score !== 'number' || Number.isNaN(score)) {
      throw new ForestError('FOREST_BAD_OPTION', 'score must be a number, as score() gives it')
    }
    const confidence = this.#arena.wasm.confidence(this.#arena.base, SLOT, score)
    if (Number.isNaN(confidence)) {
      throw new ForestError(
        'FOREST_NOT_CALIBRATED',
        'confidence needs the scores of the training rows: export train or train_score_samples with the forest',
      )
    }
    return confidence
  }

  /**
   * A row's score and what each feature adds to it, in bits. Along the row's path through a tree, the step from a node
   * that m rows reached to a child that n rows reached adds 1 + c(n) - c(m) to the feature it was split on; a feature's
   * bits are the mean of these sums over the trees, divided by -c(ψ).
   * @param given a row as `score` takes it
   * @throws ForestError FOREST_BAD_ROW, FOREST_NOT_FITTED
   */
  attribute(given: ArrayLike<number>): Attribution {
    const arena = this.#arena
    const row = this.#medians === null ? given : imputedRow(given, this.#medians)
    writeRow(row, arena.row, 0, this.#options.nFeatures, -1, this.#scales)
    this.#checkFitted()
    const { score: inside, contributions } = attributeRow(arena, SLOT)
    if (this.#ranges === null) return { score: inside, contributions }
    const beyond = this.#beyond(row, this.#ranges)
    const score = extendScore(arena.wasm, inside, beyond)
    const total = beyond.reduce((sum, one) => sum + one, 0)
    if (total > 0)
      for (let f = 0; f < beyond.length; f++)
        contributions[f] =
          (contributions[f] as number) + Math.log2(score / inside) * ((beyond[f] as number) / total)
    return { score, contributions }
  }

  /**
   * Sets threshold and confidence for another contamination; the trees stay.
   * @param contamination above 0 and at most 0.5, or `auto`
   * @throws ForestError FOREST_BAD_OPTION, FOREST_NOT_FITTED, FOREST_NOT_CALIBRATED
   */
  setContamination(contamination: Contamination): this {
    checkContamination(contamination)
    this.#checkFitted()
    const { wasm, base } = this.#arena
    const n = wasm.scoreCount(base, SLOT)
    if (n === 0) throw new ForestError('FOREST_NOT_CALIBRATED', 'there are no scores to take a percentile of')
    wasm.calibrateOn(base, SLOT, n, contaminationNumber(contamination))
    this.#options = { ...this.#options, contamination }
    return this
  }

  /**
   * The forest as bytes: versioned, checksummed, the same in every runtime.
   * @param options.calibration false leaves out the scores of the training rows, which of a large fit are nearly all there
   *   is, and writes a table of them in their place: scores, threshold and labels stay what they are, and the confidence
   *   is the same to within 0.001, for this contamination. Default true.
   * @throws ForestError FOREST_NOT_FITTED
   */
  toBytes({ calibration = true }: { calibration?: boolean } = {}): Uint8Array<ArrayBuffer> {
    this.#checkFitted()
    const { featureNames: names } = this.#options
    const extras = {
      names,
      scales: this.#scales ?? undefined,
      ranges: this.#ranges ?? undefined,
      constant: this.#constant,
      medians: this.#medians ?? undefined,
    }
    return encodeForest(this.#arena, SLOT, this.#options, { extras, calibration })
  }

  /** A copy of tree `index`, 0 to nTrees - 1. @throws ForestError FOREST_NOT_FITTED, FOREST_BAD_OPTION */
  tree(index: number): TreeView {
    this.#checkFitted()
    if (!Number.isInteger(index) || index < 0 || index >= this.nTrees) {
      throw new ForestError('FOREST_BAD_OPTION', `tree must be an integer from 0 to ${this.nTrees - 1}`)
    }
    return viewTree(this.#arena, SLOT, index, this.#scales)
  }

  /** How far each value of a checked row is beyond the range of its column. */
  #beyond(row: ArrayLike<number>, ranges: ColumnRanges): number[] {
    return Array.from({ length: this.#options.nFeatures }, (_, f) =>
      beyondRange(row[f] as number, f, ranges, this.nRows),
    )
  }

  #rowAt(rows: Rows, r: number): ArrayLike<number> {
    const { nFeatures } = this.#options
    return 'data' in rows
      ? rows.data.subarray(r * nFeatures, (r + 1) * nFeatures)
      : (rows[r] as ArrayLike<number>)
  }

  #checkFitted(): void {
    if (!this.fitted) {
      throw new ForestError('FOREST_NOT_FITTED', 'the forest has no trees yet: call fit(rows) first')
    }
  }

  #checkTraining(rows: Rows): number {
    const { nFeatures, maxRows = FOREST_RANGES.maxRows.most } = this.#options
    checkRows(rows, nFeatures)
    const nRows = countRows(rows)
    if (nRows < 1) throw new ForestError('FOREST_BAD_ROW', 'fit needs at least one row')
    if (nRows > maxRows) {
      throw new ForestError(
        'FOREST_TOO_MANY_ROWS',
        `${nRows} rows are more than maxRows, ${maxRows}: create the forest with a larger maxRows or fit on a sample`,
      )
    }
    return nRows
  }

  #grown(nRows: number): Arena {
    // A memory cannot give pages back. Doubling keeps those of all former arenas together below those of the new one.
    const capacity = Math.max(nRows, this.#options.maxRows ?? 2 * this.#arena.shape.maxRows)
    return this.#arena.relayout(shapeOf(this.#options, capacity))
  }
}

function shapeOf(options: ResolvedOptions, maxRows: number): ArenaShape {
  const { nFeatures, nTrees, subsampleSize } = options
  return { nFeatures, nTrees, subsampleSize, maxRows, nSlots: 1 }
}
