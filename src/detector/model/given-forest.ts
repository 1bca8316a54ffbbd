import { Arena } from '../../forest/arena.js'
import { decodeForest, decodeHeader } from '../../forest/codec.js'
import { ForestError } from '../../forest/errors.js'
import type { Feature } from '../../telemetry/features.js'

/**
 * Lays out an arena with a forest that was fitted elsewhere in slot 0, and room for a window.
 * @param bytes as `IsolationForest.toBytes` gives them
 * @throws ForestError FOREST_BAD_BYTES; FOREST_BAD_OPTION for other features; FOREST_NOT_CALIBRATED for a forest that
 *   cannot say how sure it is
 */
export async function loadGivenForest(
  bytes: Uint8Array,
  features: readonly Feature[],
  historyMax: number,
): Promise<Arena> {
  const header = decodeHeader(bytes)
  const { nFeatures, nTrees, subsampleSize } = header.options
  if (nFeatures !== features.length) {
    const names = features.map(({ name }) => name).join(', ')
    throw new ForestError(
      'FOREST_BAD_OPTION',
      `the forest has ${nFeatures} features; ${features.length} are needed: ${names}`,
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
  decodeForest(arena, 0, header, bytes)
  return arena
}
