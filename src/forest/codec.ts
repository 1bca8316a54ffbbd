// A forest as bytes, little-endian:
//
//    0  u32  magic 'SIFO'                   28  u32  training rows
//    4  u32  version                        32  u32  calibration scores n
//    8  u32  total bytes                    36  u32  real subsample size ψ
//   12  u32  CRC-32 of all bytes, this 0    40  f64  contamination, 0 = auto
//   16  u16  nFeatures, u16 nTrees          48  f64  threshold
//   20  u32  subsampleSize option           56  f64[n] calibration scores, ascending
//   24  u32  seed                               then the trees
//
// A tree is its nodes in preorder. A leaf is u8 255. An inner node is u8 feature, f32 split, u16 rows of its left
// child; the right child has the others, and the root has ψ. Leaf path lengths and pad nodes are computed again on
// reading, so the bytes do not depend on the layout of the memory. Of a forest with more than 255 features the feature is
// a u16, and a leaf u16 65535.
//
// Version 2 has before each tree a u16, the rows that it was grown on. It is written only for a forest that was drawn
// with repetitions and counts a row once (scikit-learn's bootstrap=True before 1.8): then they are fewer than ψ.
//
// Version 3 has behind the header a u32, the length of a JSON text, and that text (codec-extras.ts): names of columns, how
// values are scaled, whether of the scores only a table follows (quantile-table.ts). Then come scores and trees as in
// version 2. It is written only where there is any of it.

import type { Arena } from './arena.js'
import { crc32 } from './checksum.js'
import { decodeExtras, encodeExtras, type ForestExtras } from './codec-extras.js'
import { ForestError } from './errors.js'
import { contaminationNumber } from './fit.js'
import { type ResolvedOptions, resolveOptions, type ShapeOptions } from './options.js'
import { keptRanks, spreadScores } from './quantile-table.js'

const MAGIC = 0x4f464953
const VERSION = 1
const VERSION_WITH_ROWS = 2
const VERSION_WITH_EXTRAS = 3
const ROWS_BYTES = 2
const HEADER_BYTES = 56
/** Of an inner node, beside its feature. */
const SPLIT_BYTES = 6

/** How a node's feature is written. */
interface FeatureFormat {
  readonly bytes: 1 | 2
  /** What stands in its place in a leaf. */
  readonly leaf: number
}

const NARROW: FeatureFormat = { bytes: 1, leaf: 0xff }
const WIDE: FeatureFormat = { bytes: 2, leaf: 0xffff }

function formatOf(nFeatures: number): FeatureFormat {
  return nFeatures > NARROW.leaf ? WIDE : NARROW
}

/** What is written besides the forest itself. */
export interface EncodedWith {
  readonly extras?: Omit<ForestExtras, 'middle'>
  /** Whether all scores of the training rows are written; if not, a table of them. Default true. */
  readonly calibration?: boolean
}

/** The forest in a slot as bytes. */
export function encodeForest(
  arena: Arena,
  slot: number,
  options: ResolvedOptions,
  encodedWith?: EncodedWith,
): Uint8Array<ArrayBuffer> {
  const steps = encodeTreeByTree(arena, slot, options, encodedWith)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The same tree by tree, as nothing may change in the slot meanwhile: gives the bytes of each, and all of them at last. */
export function* encodeTreeByTree(
  arena: Arena,
  slot: number,
  options: ResolvedOptions,
  { extras = {}, calibration = true }: EncodedWith = {},
): Generator<number, Uint8Array<ArrayBuffer>> {
  const { wasm, base } = arena
  const allScores = arena.scores(slot)
  const middle = calibration ? undefined : thresholdRank(arena, slot)
  const scores = middle === undefined ? allScores : tableOf(allScores, middle)
  const json = encodeExtras({ ...extras, middle })
  const extraBytes = json === null ? 0 : 4 + json.length
  // A tree of height H has at most 2^(H+1) - 1 nodes, and no node takes more than an inner one.
  const nodesAtMost = 2 ** (wasm.heightOf(base, slot) + 1)
  const format = formatOf(options.nFeatures)
  const treeBytes = ROWS_BYTES + nodesAtMost * (format.bytes + SPLIT_BYTES)
  const bytes = new Uint8Array(HEADER_BYTES + extraBytes + scores.byteLength + options.nTrees * treeBytes)
  const view = new DataView(bytes.buffer)
  const treeRows = Array.from({ length: options.nTrees }, (_, tree) => rowsOf(arena, slot, tree))
  const withRows = json !== null || treeRows.some((rows) => rows !== wasm.subsampleOf(base, slot))
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, json !== null ? VERSION_WITH_EXTRAS : withRows ? VERSION_WITH_ROWS : VERSION, true)
  view.setUint16(16, options.nFeatures, true)
  view.setUint16(18, options.nTrees, true)
  view.setUint32(20, options.subsampleSize, true)
  view.setUint32(24, options.seed, true)
  view.setUint32(28, wasm.fittedRows(base, slot), true)
  view.setUint32(32, allScores.length, true)
  view.setUint32(36, wasm.subsampleOf(base, slot), true)
  view.setFloat64(40, contaminationNumber(options.contamination), true)
  view.setFloat64(48, wasm.thresholdOf(base, slot), true)
  let at = HEADER_BYTES
  if (json !== null) {
    view.setUint32(at, json.length, true)
    bytes.set(json, at + 4)
    at += extraBytes
  }
  for (const score of scores) {
    view.setFloat64(at, score, true)
    at += 8
  }

  const writeNode = (tree: number, node: number, depth: number): void => {
    const left = depth < wasm.heightOf(base, slot) ? wasm.nodeSize(base, slot, tree, 2 * node) : 0
    const feature = left === 0 ? format.leaf : wasm.splitFeature(base, slot, tree, node)
    if (format === WIDE) view.setUint16(at, feature, true)
    else view.setUint8(at, feature)
    at += format.bytes
    if (left === 0) return
    view.setFloat32(at, wasm.splitValue(base, slot, tree, node), true)
    view.setUint16(at + 4, left, true)
    at += SPLIT_BYTES
    writeNode(tree, 2 * node, depth + 1)
    writeNode(tree, 2 * node + 1, depth + 1)
  }
  for (const [tree, rows] of treeRows.entries()) {
    if (withRows) {
      view.setUint16(at, rows, true)
      at += ROWS_BYTES
    }
    const from = at
    writeNode(tree, 1, 0)
    yield at - from
  }

  const forest = bytes.slice(0, at)
  const header = new DataView(forest.buffer)
  header.setUint32(8, at, true)
  header.setUint32(12, crc32(forest), true)
  return forest
}

/** Rank around which the confidence goes from 0 to 1. */
function thresholdRank(arena: Arena, slot: number): number {
  const n = arena.wasm.scoreCount(arena.base, slot)
  return n - Math.trunc(n * arena.wasm.shareOf(arena.base, slot))
}

/** Those of the scores that a table keeps. */
function tableOf(scores: Float64Array, middle: number): Float64Array {
  return Float64Array.from(keptRanks(scores.length, middle), (rank) => scores[rank] as number)
}

/** Rows that a tree was grown on; its root is kept as the whole sample. */
function rowsOf({ wasm, base }: Arena, slot: number, tree: number): number {
  const left = wasm.heightOf(base, slot) > 0 ? wasm.nodeSize(base, slot, tree, 2) : 0
  return left === 0 ? wasm.nodeSize(base, slot, tree, 1) : left + wasm.nodeSize(base, slot, tree, 3)
}

/** What the header of forest bytes says. */
export interface ForestHeader {
  readonly options: ShapeOptions
  /** Rows it was fitted on. */
  readonly nRows: number
  /** Calibration scores; of those, all or a table follow. */
  readonly nScores: number
  /** The real ψ. */
  readonly subsample: number
  /** Whether each tree says how many rows it was grown on. */
  readonly withRows: boolean
  readonly threshold: number
  readonly extras: ForestExtras
  /** Where the scores begin. */
  readonly scoresAt: number
}

/**
 * Checks bytes and reads their header.
 * @throws ForestError FOREST_BAD_BYTES for foreign, truncated or corrupted bytes
 */
export function decodeHeader(bytes: Uint8Array): ForestHeader {
  if (!(bytes instanceof Uint8Array)) refuse('they are no Uint8Array')
  if (bytes.length < HEADER_BYTES) refuse(`${bytes.length} bytes are too few`)
  const view = viewOf(bytes)
  if (view.getUint32(0, true) !== MAGIC) refuse('the magic number is another: these are no forest bytes')
  const version = view.getUint32(4, true)
  if (version < VERSION || version > VERSION_WITH_EXTRAS)
    refuse(`version ${version} is not ${VERSION} to ${VERSION_WITH_EXTRAS}, which this library reads`)
  if (view.getUint32(8, true) !== bytes.length) {
    refuse(`${bytes.length} bytes are there, ${view.getUint32(8, true)} were written: truncated or extended`)
  }
  // A copy. bytes.slice() would not do: readFile gives a Buffer, whose slice() is a view of the caller's bytes.
  const unsigned = new Uint8Array(bytes)
  unsigned.fill(0, 12, 16)
  if (crc32(unsigned) !== view.getUint32(12, true)) refuse('the checksum does not match: they are corrupted')

  const contamination = view.getFloat64(40, true)
  const nRows = view.getUint32(28, true)
  const nScores = view.getUint32(32, true)
  const subsample = view.getUint32(36, true)
  const options = checkedOptions({
    nFeatures: view.getUint16(16, true),
    nTrees: view.getUint16(18, true),
    subsampleSize: view.getUint32(20, true),
    seed: view.getUint32(24, true),
    contamination: contamination === 0 ? 'auto' : contamination,
    maxRows: Math.max(nRows, nScores, 1),
  })
  if (subsample < 1 || subsample > options.subsampleSize || nRows < 1) refuse('the header contradicts itself')
  const withExtras = version === VERSION_WITH_EXTRAS
  const json = withExtras ? extrasIn(bytes) : null
  const extras = json === null ? {} : decodeExtras(json, options.nFeatures, nScores)
  const scoresAt = HEADER_BYTES + (json === null ? 0 : 4 + json.length)
  if (scoresAt + 8 * scoresIn(nScores, extras.middle) > bytes.length) refuse('the scores do not fit')
  const threshold = view.getFloat64(48, true)
  if (!(threshold > 0 && threshold <= 1)) refuse(`the threshold, ${threshold}, is not in (0, 1]`)
  const withRows = version !== VERSION
  return { options, nRows, nScores, subsample, withRows, threshold, extras, scoresAt }
}

function extrasIn(bytes: Uint8Array): Uint8Array {
  if (bytes.length < HEADER_BYTES + 4) refuse('what follows the header is missing')
  const length = viewOf(bytes).getUint32(HEADER_BYTES, true)
  if (HEADER_BYTES + 4 + length > bytes.length) refuse('what follows the header is cut short')
  return bytes.subarray(HEADER_BYTES + 4, HEADER_BYTES + 4 + length)
}

/** Scores that are written of n. */
function scoresIn(n: number, middle: number | undefined): number {
  return middle === undefined || n === 0 ? n : keptRanks(n, middle).length
}

/**
 * Fills a slot from bytes.
 * @param header what `decodeHeader` gave for them; the arena has room for it
 * @param columns where each column of the forest is in the rows to come; as it is, if left out
 * @throws ForestError FOREST_BAD_BYTES when what follows the header is no forest
 */
export function decodeForest(
  arena: Arena,
  slot: number,
  header: ForestHeader,
  bytes: Uint8Array,
  columns?: readonly number[],
): void {
  const steps = decodeTreeByTree(arena, slot, header, bytes, columns)
  while (steps.next().done !== true);
}

/** The same tree by tree: others may have a turn in between, as long as nothing uses the slot. */
export function* decodeTreeByTree(
  arena: Arena,
  slot: number,
  header: ForestHeader,
  bytes: Uint8Array,
  columns?: readonly number[],
): Generator<undefined, void> {
  const { wasm, base } = arena
  const view = viewOf(bytes)
  wasm.importBegin(base, slot, header.nRows, header.subsample)
  const height = wasm.heightOf(base, slot)
  const format = formatOf(header.options.nFeatures)
  const nWritten = scoresIn(header.nScores, header.extras.middle)
  let at = header.scoresAt + 8 * nWritten

  const readNode = (tree: number, node: number, depth: number, rows: number): void => {
    if (at + format.bytes > bytes.length) refuse('a tree ends in its middle')
    const feature = format === WIDE ? view.getUint16(at, true) : view.getUint8(at)
    const isLeaf = feature === format.leaf
    wasm.importSize(base, slot, tree, node, node === 1 && !isLeaf ? header.subsample : rows)
    at += format.bytes
    if (isLeaf) return
    if (at + SPLIT_BYTES > bytes.length) refuse('a tree ends in its middle')
    const split = view.getFloat32(at, true)
    const left = view.getUint16(at + 4, true)
    const isNode =
      depth < height &&
      feature < header.options.nFeatures &&
      Number.isFinite(split) &&
      left > 0 &&
      left < rows
    if (!isNode) refuse(`tree ${tree} has a node that cannot be`)
    wasm.importSplit(base, slot, tree, node, columns?.[feature] ?? feature, split)
    at += SPLIT_BYTES
    readNode(tree, 2 * node, depth + 1, left)
    readNode(tree, 2 * node + 1, depth + 1, rows - left)
  }
  const readRows = (tree: number): number => {
    if (at + ROWS_BYTES > bytes.length) refuse('a tree ends before it begins')
    const rows = view.getUint16(at, true)
    if (rows < 1 || rows > header.subsample) refuse(`tree ${tree} has ${rows} rows of ${header.subsample}`)
    at += ROWS_BYTES
    return rows
  }
  for (let tree = 0; tree < header.options.nTrees; tree++) {
    wasm.importClear(base, slot, tree)
    readNode(tree, 1, 0, header.withRows ? readRows(tree) : header.subsample)
    wasm.importSeal(base, slot, tree)
    yield
  }
  if (at !== bytes.length) refuse('bytes are left over behind the trees')

  if (header.nScores > 0) {
    const { middle } = header.extras
    const written = Float64Array.from({ length: nWritten }, (_, i) =>
      view.getFloat64(header.scoresAt + 8 * i, true),
    )
    const scores = arena.scores(slot, header.nScores)
    scores.set(middle === undefined ? written : spreadScores(written, header.nScores, middle))
    if (!scores.every((score) => score > 0 && score <= 1)) refuse('a calibration score is not in (0, 1]')
    wasm.calibrateOn(base, slot, header.nScores, contaminationNumber(header.options.contamination))
  }
  wasm.setThreshold(base, slot, header.threshold)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function checkedOptions(options: ShapeOptions): ShapeOptions {
  try {
    resolveOptions(options)
    return options
  } catch (cause) {
    throw new ForestError('FOREST_BAD_BYTES', `bytes refused: ${(cause as Error).message}`, { cause })
  }
}

function refuse(reason: string): never {
  throw new ForestError('FOREST_BAD_BYTES', `bytes refused: ${reason}; pass what toBytes() gave`)
}
