// Scoring with more features than a block's own bytes can number: as in score.ts, but each block's features are the wide
// ones, and the trees are walked one after the other. That takes half as long again, and a row of so many values costs
// more by its values than by the walk.

import {
  BLOCK_BYTES,
  H_BLOCKS_AT,
  H_NEXT,
  H_PATH_TABLE,
  H_ROW_VECTORS,
  header,
  LANES,
  PLACE_BYTES,
  regionPtr,
  slotRegionPtr,
  wideFeaturesPtr,
} from './layout'
import { keyPtr, nextBlock, pathLength } from './walk'

/** As `addGroup` in score.ts. */
export function addWideGroup(
  base: usize,
  slot: u32,
  blocks: usize,
  leaves: usize,
  tiers: u32,
  row: usize,
  sums: usize,
  end: usize,
): void {
  const table = regionPtr(base, H_PATH_TABLE)
  const rowBytes = (<usize>header(base, H_ROW_VECTORS)) << 4
  const features = wideFeaturesPtr(base, slot) + ((blocks - slotRegionPtr(base, slot, H_BLOCKS_AT)) >> 1)
  for (; sums < end; sums += 8) {
    let sum = load<f64>(sums)
    for (let lane: usize = 0; lane < LANES; lane++) {
      let i: usize = 0
      for (let tier = tiers; tier > 0; tier--) {
        const wide = features + ((i + lane * BLOCK_BYTES) >> 1)
        let keys = v128.load32_zero(keyPtr(row, load<u16>(wide)))
        keys = v128.load32_lane(keyPtr(row, load<u16>(wide, 2)), keys, 1)
        keys = v128.load32_lane(keyPtr(row, load<u16>(wide, 4)), keys, 2)
        const block = v128.load(blocks + i + lane * BLOCK_BYTES)
        i = nextBlock(i, <usize>i32x4.bitmask(i32x4.gt_s(keys, block)), base + H_NEXT)
      }
      sum += pathLength(leaves + (i >> 3), lane * PLACE_BYTES, table)
    }
    store<f64>(sums, sum)
    row += rowBytes
  }
}
