import { Arena } from '../../forest/arena.js'
import { decodeForest, decodeHeader } from '../../forest/codec.js'
import { ForestError } from '../../forest/errors.js'
import type { ColumnRanges } from '../../forest/range-extension.js'
import type { ColumnScales } from '../../forest/rows.js'
import type { Feature } from '../../telemetry/features.js'

/** A forest that was fitted elsewhere, ready to judge. */
export interface GivenForest {
  /** With the forest in slot 0, and room for a window. */
  readonly arena: Arena
  /** How values become those that it compares; null where they are those. */
  readonly scales: ColumnScales | null
  /** Beyond which its scores go on growing; null where nothing counts beyond them. */
  readonly ranges: ColumnRanges | null
  readonly nRows: number
  /** What had to be assumed of it, for the log; null where nothing had. */
  readonly assumed: string | null
}

/**
 * Lays out an arena with a forest that was fitted elsewhere. Where the forest names its columns they may be in any order.
 * @param bytes as `IsolationForest.toBytes` gives them
 * @throws ForestError FOREST_BAD_BYTES; FOREST_BAD_OPTION for other features; FOREST_NOT_CALIBRATED for a forest that
 *   cannot say how sure it is
 */
export async function loadGivenForest(
  bytes: Uint8Array,
  features: readonly Feature[],
  historyMax: number,
): Promise<GivenForest> {
  const header = decodeHeader(bytes)
  const { nFeatures, nTrees, subsampleSize } = header.options
  const { names, scales, ranges } = header.extras
  const wanted = features.map(({ name }) => name)
  if (nFeatures !== features.length) {
    throw new ForestError(
      'FOREST_BAD_OPTION',
      `the forest has ${nFeatures} features; ${features.length} are needed: ${wanted.join(', ')}`,
    )
  }
  const columns = names?.map((name) => wanted.indexOf(name))
  if (columns?.includes(-1)) {
    const theirs = names?.map((name) => name.slice(0, 40)).join(', ')
    throw new ForestError(
      'FOREST_BAD_OPTION',
      `the features of the forest are named ${theirs}; needed are ${wanted.join(', ')}, in any order`,
    )
  }
  if (header.nScores === 0) {
    throw new ForestError(
      'FOREST_NOT_CALIBRATED',
      'the forest lacks the scores of its training rows, and so its confidence: export train_score_samples or train with it',
    )
  }
  const maxRows = Math.max(historyMax, header.nScores)
  const arena = await Arena.create(
    { nFeatures, nTrees, subsampleSize, maxRows, nSlots: 1 },
    { shared: false },
  )
  decodeForest(arena, 0, header, bytes, columns)
  return {
    arena,
    scales: scales === undefined ? null : reordered(scales, columns),
    ranges: ranges === undefined ? null : reordered(ranges, columns),
    nRows: header.nRows,
    assumed:
      columns === undefined && nFeatures > 1
        ? `the forest does not name its columns: they are taken to be ${wanted.join(', ')}, in this order`
        : null,
  }
}

/** Lists by column, by the place of each in a record's values. */
function reordered<Lists extends { readonly [Name in keyof Lists]: Float64Array }>(
  lists: Lists,
  columns: readonly number[] | undefined,
): Lists {
  if (columns === undefined) return lists
  const moved = Object.entries<Float64Array>(lists).map(([name, list]) => {
    const ours = new Float64Array(list.length)
    for (const [theirs, place] of columns.entries()) ours[place] = list[theirs] as number
    return [name, ours]
  })
  return Object.fromEntries(moved) as Lists
}
