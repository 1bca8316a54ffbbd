// The memory of one model: an arena at any 16-byte aligned address `base`, laid out once by `initArena` from
// (nFeatures, nTrees, subsampleSize, maxRows, nSlots) and never moved. Several arenas can share one memory;
// every export takes the arena's base.
//
//   base ──► ┌────────────────────────────────────────────────────────────────────────────────────────┐
//            │ header          HEADER_BYTES   shape, region offsets, tables of the walk: H_… below    │
//            │ path table      f64[H+1][ψ+1]  depth + c(n): depth 0..H, n = 0..ψ                      │
//            │ row             f32[S]         one row in; becomes comparison keys while it is scored  │
//            │ contributions   f64[5·F]       attribution out in the first F; before, five sums each  │
//            │ batch rows      f32[B·S]       up to B rows in; become keys while they are scored      │
//            │ batch scores    f64[B]         their scores out                                        │
//            │ window          f32[R·S]       the host's ring of recent rows, oldest wherever         │
//            │ training rows   f32[R·S]       the rows a fit reads, oldest first                      │
//            │ permutation     u32[R]         row numbers, shuffled to draw subsamples                │
//            │ sample          f32[2·ψ·S]     the rows of the tree being grown, two halves in turn    │
//            │ starts          u32[2·N]       first row of each node of that tree                     │
//            │ extremes        f32[2·S]       per feature minimum and maximum of the node at hand     │
//            │ slot 0          slotBytes      a forest                                                │
//            │ slot 1 …        slotBytes      another: one is scored from while the other is filled   │
//            └────────────────────────────────────────────────────────────────────────────────────────┘
//
//   F features, S = F rounded up to a multiple of 4 (a row is whole v128 vectors, its padding is zero),
//   R = maxRows, B = BATCH_ROWS, T trees, ψ = subsampleSize, H = ceil(log2(max(ψ, 2))), N = 2^H leaves,
//   K blocks a tree (`blocksOf`), G = ceil(T / LANES) groups of LANES trees.
//   Regions begin on 16 bytes. 16 guard bytes stand before each region and after the last: tests look whether they are
//   whole.
//
// Why these sizes are enough:
//
//   path table   a node has depth 0..H and was reached by 0..ψ rows
//   sample       a tree is grown from at most ψ rows; each level reads one half and writes the other
//   starts       nodes count from 1 and the last leaf is 2·N - 1; entry 0 is not used
//   confidence   of R scores between 0 and R are <= s: R + 1 cases
//   places       as starts, by tree
//
//   slot ──► ┌────────────────────────────────────────────────────────────────────────────────────────┐
//            │ slot header     SLOT_HEADER_BYTES    what is known of the forest: S_… below            │
//            │ blocks          block[G][K][LANES]   the splits: keys and features                     │
//            │ places          u16[G][2·N][LANES]   where in the path table a node's length stands    │
//            │ scores          f64[R]               of the training rows, ascending                   │
//            │ confidence      f64[R+1]             by the number of training scores <= s             │
//            │ columns         f32[F][R]            the training rows' features, each ascending       │
//            │   wide features u16[G][K][LANES][4]  behind them where a byte cannot number a feature  │
//            └────────────────────────────────────────────────────────────────────────────────────────┘
//
// A tree is a complete binary tree of the forest's height with implicit children: node i (the root is 1) has
// 2i (x <= split) and 2i+1. Its leaves are nodes N to 2·N - 1.
//
// Splits are stored two levels at a time. A block holds a node and its two children, and the four blocks below
// block i (the first is 0) are 4i+1 to 4i+4, from left to right. A row of blocks is a tier. A tree of odd height
// gets one level more at the top: a pad node, so that the tree is the left half of what is below it.
//
// LANES trees stand side by side: block i of the first, block i of the second and so on. One address then leads to
// all of them, each at a constant offset, and while one walk waits for its load the others go on.
//
// The features of a block are in its own last bytes where there are up to NARROW_FEATURES. Where there are more, those
// bytes mean nothing, and the features are among the wide ones: 8 bytes a block, in the order of the blocks, so that
// they are half as far from the first as the block is from block 0. A narrow arena has none.
//
// A node's place in the path table is depth · (ψ + 1) + rows, 0 where there is no node. Below a leaf that is not at
// the full height the tree goes on down the left: pad nodes, which send every row left, each with the place of that
// leaf.

/** Trees walked side by side where ten at a time would need more registers than there are. */
export const HALF_LANES: u32 = 5
/** Trees that stand side by side. The loops over them are unrolled by hand; score.ts says why it is ten. */
export const LANES: u32 = 2 * HALF_LANES

// ╒═══════════════ Block: a node and its children ════════════════╕
//    3                   2                   1
//  1 0 9 8 7 6 5 4 3 2 1 0 9 8 7 6 5 4 3 2 1 0 9 8 7 6 5 4 3 2 1 0  bits
// ├─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┤
// │                        key of the node                        │  0  i32
// ├───────────────────────────────────────────────────────────────┤
// │                     key of its left child                     │  4  i32
// ├───────────────────────────────────────────────────────────────┤
// │                    key of its right child                     │  8  i32
// ├───────────────┬───────────────┬───────────────┬───────────────┤
// │    not used   │ feature of    │ feature of    │ feature of    │ 12  u8[4]
// │               │ right child   │ left child    │ the node      │
// └───────────────┴───────────────┴───────────────┴───────────────┘ 16 = BLOCK_BYTES
// key: the split value as an integer that compares as the float does (`toKey` in score.ts)

export const BLOCK_BYTES: usize = 16
/** Features that a block's own bytes can number. */
export const NARROW_FEATURES: u32 = 256
/** Bytes of a block's wide features: u16 each of the node, its left and its right child; the fourth is not used. */
export const WIDE_FEATURES_BYTES: usize = 8
/** Bytes of a node's place, a u16. */
export const PLACE_BYTES: usize = 2
/** Key of a pad node: the largest there is, so that every row goes left. */
export const PAD_KEY: i32 = i32.MAX_VALUE
/**
 * Rows scored in one pass over the forest. Their keys and sums, 6 KiB where a row has up to four features, stay in
 * the L1 cache.
 */
export const BATCH_ROWS: u32 = 256

export const MAGIC: u32 = 0x4c544e53 // "SNTL"
const GUARD_BYTES: usize = 16
const GUARD: u64 = 0xc0de_f10c_5e27_14e1

// Entries of the header, u32 each, by byte offset from base.
export const H_MAGIC: usize = 0
export const H_FEATURES: usize = 4
export const H_TREES: usize = 8
export const H_SUBSAMPLE: usize = 12
export const H_MAX_ROWS: usize = 16
export const H_SLOTS: usize = 20
export const H_ROW_VECTORS: usize = 24 // v128 vectors a row, S / 4
export const H_LEAVES: usize = 28 // N
export const H_PATH_TABLE: usize = 32 // from here on where regions are, counted from base
export const H_ROW: usize = 36
export const H_CONTRIBUTIONS: usize = 40
export const H_BATCH_ROWS: usize = 44
export const H_BATCH_SCORES: usize = 48
export const H_WINDOW: usize = 52
export const H_TRAINING: usize = 56
export const H_PERMUTATION: usize = 60
export const H_SAMPLE: usize = 64
export const H_STARTS: usize = 68
export const H_EXTREMES: usize = 72
export const H_SLOT_0: usize = 76
export const H_SLOT_BYTES: usize = 80 // guards included
export const H_END: usize = 84
// Where the regions of a slot are, counted from the slot: the same for each.
export const H_BLOCKS_AT: usize = 88
export const H_PLACES_AT: usize = 92
export const H_SCORES_AT: usize = 96
export const H_CONFIDENCE_AT: usize = 100
export const H_COLUMNS_AT: usize = 104
export const H_BLOCKS: usize = 108 // K
// Tables that the walk down a tree looks things up in: see `writeWalkTables` in walk.ts.
export const H_NEXT: usize = 112
export const H_FEATURE_BYTES: usize = 144
export const H_PLANE_OFFSETS: usize = 160
export const H_TO_PLANES: usize = 176
export const H_SHUFFLES: usize = 192 // whether rows of up to four features are shuffled
const HEADER_BYTES: usize = 208

// Entries of a slot header, u32 where nothing else is said, by byte offset from the slot.
export const S_ROWS: usize = 0 // rows fitted on, 0 = empty
export const S_SUBSAMPLE: usize = 4 // real ψ = min(subsampleSize, rows)
export const S_HEIGHT: usize = 8 // height limit for the real ψ
export const S_SCORES: usize = 12 // calibration scores held, 0 = none
export const S_THRESHOLD: usize = 16 // f64
export const S_SHARE: usize = 24 // f64: γ, or under `auto` the share of rows above the threshold
export const S_NORMALIZER: usize = 32 // f64: T · c(ψ)
export const S_COLUMNS: usize = 40 // rows summarised in columns, 0 = none
const SLOT_HEADER_BYTES: usize = 48

/** Smallest height at which `subsample` rows can all be told apart: ceil(log2(max(ψ, 2))). */
export function heightLimit(subsample: u32): u32 {
  return subsample <= 2 ? 1 : 32 - clz(subsample - 1)
}

/** Tiers of blocks of a tree of this height. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function tiersOf(height: u32): u32 {
  return (height + 1) >> 1
}

/** Blocks in the tiers above a tier, which is also the number of its first block: 1 + 4 + … = (4^tier - 1) / 3. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function blocksAbove(tier: u32): u32 {
  // Rounding down makes up for the 1: 4^tier leaves 1 when divided by 3.
  return (1 << (tier << 1)) / 3
}

/**
 * Blocks of a tree, K. Its last inner nodes, at depth H - 1, are in the last tier. An even height has 2^(H-2)
 * blocks there, a quarter of the leaves. An odd one has 2^(H-1), of which the pad node at the top leaves the left
 * half, 2^(H-2) again; of height 1 there is the one block with the pad node.
 */
export function blocksOf(height: u32): u32 {
  return blocksAbove(tiersOf(height) - 1) + (1 << (max(height, 2) - 2))
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function padded(bytes: usize): usize {
  return (bytes + 15) & ~(<usize>15)
}

/**
 * Lays out the next region: writes the guard before it, and where it starts to the header's entry `entry`. With
 * `base` 0 it only measures.
 * @param at end of the region before, in bytes from base
 * @returns its own end, in bytes from base
 */
function region(base: usize, entry: usize, at: usize, bytes: usize): usize {
  if (base) {
    store<u64>(base + at, GUARD)
    store<u64>(base + at, GUARD, 8)
    store<u32>(base + entry, <u32>(at + GUARD_BYTES))
  }
  return at + GUARD_BYTES + padded(bytes)
}

/** Lays out the regions of the map above; with `base` 0 nothing is written. @returns bytes from base to the end */
export function layOut(
  base: usize,
  nFeatures: u32,
  nTrees: u32,
  subsample: u32,
  maxRows: u32,
  nSlots: u32,
): usize {
  const rowBytes = padded(<usize>nFeatures * 4)
  const height = heightLimit(subsample)
  const leaves = <usize>1 << height
  const lanes = <usize>((nTrees + LANES - 1) / LANES) * LANES
  const rows = <usize>maxRows
  const blockBytes = lanes * <usize>blocksOf(height) * BLOCK_BYTES
  const wideBytes: usize = nFeatures > NARROW_FEATURES ? blockBytes >> 1 : 0

  let at = HEADER_BYTES
  at = region(base, H_PATH_TABLE, at, (<usize>height + 1) * (<usize>subsample + 1) * 8)
  at = region(base, H_ROW, at, rowBytes)
  at = region(base, H_CONTRIBUTIONS, at, <usize>nFeatures * HALF_LANES * 8)
  at = region(base, H_BATCH_ROWS, at, rowBytes * BATCH_ROWS)
  at = region(base, H_BATCH_SCORES, at, 8 * BATCH_ROWS)
  at = region(base, H_WINDOW, at, rowBytes * rows)
  at = region(base, H_TRAINING, at, rowBytes * rows)
  at = region(base, H_PERMUTATION, at, 4 * rows)
  at = region(base, H_SAMPLE, at, 2 * rowBytes * subsample)
  at = region(base, H_STARTS, at, 4 * 2 * leaves)
  at = region(base, H_EXTREMES, at, 2 * rowBytes)

  // One slot is measured from its own start, then repeated.
  const slot0 = region(base, H_SLOT_0, at, 0)
  let slotEnd = slot0
  for (let slot: u32 = 0; slot < nSlots; slot++) {
    at = slotEnd + SLOT_HEADER_BYTES
    at = slotRegion(base, slotEnd, H_BLOCKS_AT, at, blockBytes)
    at = slotRegion(base, slotEnd, H_PLACES_AT, at, lanes * leaves * 2 * PLACE_BYTES)
    at = slotRegion(base, slotEnd, H_SCORES_AT, at, rows * 8)
    at = slotRegion(base, slotEnd, H_CONFIDENCE_AT, at, (rows + 1) * 8)
    at = slotRegion(base, slotEnd, H_COLUMNS_AT, at, <usize>nFeatures * rows * 4 + wideBytes)
    slotEnd = region(base, H_END, at, 0)
  }
  if (base) {
    store<u32>(base, <u32>(nSlots ? (slotEnd - slot0) / nSlots : 0), H_SLOT_BYTES)
  }
  return slotEnd
}

/** As `region`, but what it writes to the header is counted from `slot`, and so the same for every slot. */
function slotRegion(base: usize, slot: usize, entry: usize, at: usize, bytes: usize): usize {
  const end = region(base, entry, at, bytes)
  if (base) store<u32>(base + entry, <u32>(at + GUARD_BYTES - slot))
  return end
}

/** An entry of the header. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function header(base: usize, entry: usize): u32 {
  return load<u32>(base + entry)
}

/** Whether the arena's features are too many for a block's own bytes. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function isWide(base: usize): bool {
  return header(base, H_FEATURES) > NARROW_FEATURES
}

/** Address of a region of the arena, by its entry in the header. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function regionPtr(base: usize, entry: usize): usize {
  return base + <usize>header(base, entry)
}

/** Address of a slot, where its header is. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function slotPtr(base: usize, slot: u32): usize {
  return regionPtr(base, H_SLOT_0) + <usize>slot * header(base, H_SLOT_BYTES)
}

/** Address of a region of a slot, by its entry in the arena's header. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function slotRegionPtr(base: usize, slot: u32, entry: usize): usize {
  return slotPtr(base, slot) + <usize>header(base, entry)
}

/** Address of the wide features of a slot, where the arena is wide. */
export function wideFeaturesPtr(base: usize, slot: u32): usize {
  const columnBytes = (<usize>header(base, H_FEATURES) * header(base, H_MAX_ROWS)) << 2
  return slotRegionPtr(base, slot, H_COLUMNS_AT) + columnBytes
}

/** A contract between the functions here: a debug build stops where it is broken, a release build does not look. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function check(holds: bool): void {
  if (!ASC_NO_ASSERT && !holds) unreachable()
}
