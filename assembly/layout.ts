// The memory of one model: an arena at any 16-byte aligned address `base`, laid out once by `initArena` from
// (nFeatures, nTrees, subsampleSize, maxRows, nSlots) and never moved. Several arenas can share one memory;
// every export takes the arena's base.
//
//   base ──► ┌────────────────────────────────────────────────────────────────────────────────────┐
//            │ header          HEADER_BYTES   shape, region offsets and shuffles, the H_… words below │
//            │ path table      f64[H+1][ψ+1]  depth + c(n): depth 0..H, n = 0..ψ                     │
//            │ row             f32[S]         one row in; becomes comparison keys while it is scored │
//            │ contributions   f64[5·F]       attribution out in the first F; five sums a feature while at it │
//            │ batch rows      f32[B·S]       up to B rows in; become keys while they are scored     │
//            │ batch scores    f64[B]         their scores out                                       │
//            │ window          f32[R·S]       the host's ring of recent rows, oldest wherever        │
//            │ training rows   f32[R·S]       the rows a fit reads, oldest first                     │
//            │ permutation     u32[R]         row numbers, shuffled to draw subsamples               │
//            │ sample          f32[2·ψ·S]     the rows of the tree being grown, two halves in turn   │
//            │ starts          u32[2·2^H]     first row of each node of that tree                    │
//            │ extremes        f32[2·S]       per feature minimum and maximum of the node at hand    │
//            │ slot 0          slotBytes      a forest                                               │
//            │ slot 1 …        slotBytes      another: one is scored from while the other is filled  │
//            └────────────────────────────────────────────────────────────────────────────────────┘
//
//   F features, S = F rounded up to a multiple of 4 (a row is whole v128 words, padding is zero),
//   R = maxRows, B = BATCH_ROWS, T trees, ψ = subsampleSize, H = ceil(log2(max(ψ, 2))), N = 2^H, K blocks a
//   tree (`blocksOf`), G = ceil(T / LANES) groups of LANES trees. Regions begin on 16 bytes; 16 guard bytes stand before each
//   region and after the last, written by `initArena` and checked by `guardsIntact`.
//
//   slot ──► ┌────────────────────────────────────────────────────────────────────────────────────┐
//            │ slot header     SLOT_HEADER_BYTES   the S_… words below                               │
//            │ blocks          {i32 key[3], u8 feature[3], u8}[G][K][LANES]                          │
//            │ places          u16[G][2·N][LANES]  where in the path table a node's depth + c(size) is │
//            │ scores          f64[R]              of the training rows, ascending                   │
//            │ confidence      f64[R+1]            by the number k of training scores <= s           │
//            │ columns         f32[F][R]           the training rows' features, each ascending       │
//            └────────────────────────────────────────────────────────────────────────────────────┘
//
// A tree is a complete binary tree of the forest's height with implicit children: node i (the root is 1) has
// 2i (x <= split) and 2i+1. It is stored two levels at a time: a block of 16 bytes holds a node and its two
// children, in that order, and block i (the first is 0) is followed by 4i+1 to 4i+4. A tree of odd height has one
// level more at the top, a pad node, and uses the left half of what is below. LANES trees stand side by side, so
// block i of all of them shares one address computation and differs by an immediate offset, and the walk of one
// hides the load latency of the others.
//
// A node's place in the path table, depth · (ψ + 1) + size, is 0 where there is no node. Leaves that end early are
// padded down the left: pad nodes compare with PAD_KEY, which nothing exceeds, and have the place of their leaf.

/** Trees walked side by side; score.ts says why 10. */
export const LANES: u32 = 10
/** Bytes of a block of three nodes. */
export const BLOCK_BYTES: usize = 16
/** Rows scored in one pass over the forest: keys and sums of a pass stay in the first-level cache. */
export const BATCH_ROWS: u32 = 256
/** Largest shape: the u16 sizes and the u8 feature ids of the byte format hold it. */
export const MAX_FEATURES: u32 = 255
export const MAX_TREES: u32 = 1000
export const MAX_SUBSAMPLE: u32 = 4096
/** Key of a pad node: the largest, so that every row goes left. */
export const PAD_KEY: i32 = i32.MAX_VALUE

export const MAGIC: u32 = 0x4c544e53 // "SNTL"
const GUARD_BYTES: usize = 16
const GUARD_WORD: u64 = 0xc0de_f10c_5e27_14e1

// Header words, byte offsets from base.
export const H_MAGIC: usize = 0
export const H_FEATURES: usize = 4
export const H_TREES: usize = 8
export const H_SUBSAMPLE: usize = 12
export const H_MAX_ROWS: usize = 16
export const H_SLOTS: usize = 20
export const H_ROW_WORDS: usize = 24 // v128 words a row, S / 4
export const H_LEAVES: usize = 28 // N
export const H_PATH_TABLE: usize = 32 // region offsets from here on
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
// Slot regions, offsets from the slot.
export const H_BLOCKS_AT: usize = 88
export const H_PLACES_AT: usize = 92
export const H_SCORES_AT: usize = 96
export const H_CONFIDENCE_AT: usize = 100
export const H_COLUMNS_AT: usize = 104
export const H_BLOCKS: usize = 108 // K
// What one step of two levels is looked up in: see `writeSteps` in score.ts.
export const H_NEXT: usize = 112
export const H_FEATURE_BYTES: usize = 144
export const H_PLANE_OFFSETS: usize = 160
export const H_TO_PLANES: usize = 176
const HEADER_BYTES: usize = 192

// Slot header words, byte offsets from the slot.
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

/** Levels of blocks that a tree of this height takes. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function blockLevels(height: u32): u32 {
  return (height + 1) >> 1
}

/** Blocks above a level of blocks: (4^level - 1) / 3. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function blocksAbove(level: u32): u32 {
  return (1 << (level << 1)) / 3
}

/** Blocks of a tree, K: every level whole, but the last one of an odd height, which is used to its half. */
export function blocksOf(height: u32): u32 {
  return blocksAbove(blockLevels(height) - 1) + (1 << (max(height, 2) - 2))
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function padded(bytes: usize): usize {
  return (bytes + 15) & ~(<usize>15)
}

/** Next region: records where it starts and returns where it ends. Without `base` it only measures. */
function region(base: usize, word: usize, at: usize, bytes: usize): usize {
  if (base) {
    store<u64>(base + at, GUARD_WORD)
    store<u64>(base + at, GUARD_WORD, 8)
    store<u32>(base + word, <u32>(at + GUARD_BYTES))
  }
  return at + GUARD_BYTES + padded(bytes)
}

/** Walks the map above. With `base` 0 nothing is written; returns the bytes from base to the end. */
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

  let at = HEADER_BYTES
  at = region(base, H_PATH_TABLE, at, (<usize>height + 1) * (<usize>subsample + 1) * 8)
  at = region(base, H_ROW, at, rowBytes)
  at = region(base, H_CONTRIBUTIONS, at, <usize>nFeatures * 40)
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
    at = slotRegion(base, slotEnd, H_BLOCKS_AT, at, lanes * <usize>blocksOf(height) * BLOCK_BYTES)
    at = slotRegion(base, slotEnd, H_PLACES_AT, at, lanes * leaves * 2 * 2)
    at = slotRegion(base, slotEnd, H_SCORES_AT, at, rows * 8)
    at = slotRegion(base, slotEnd, H_CONFIDENCE_AT, at, (rows + 1) * 8)
    at = slotRegion(base, slotEnd, H_COLUMNS_AT, at, <usize>nFeatures * rows * 4)
    slotEnd = region(base, H_END, at, 0)
  }
  if (base) {
    store<u32>(base, <u32>(nSlots ? (slotEnd - slot0) / nSlots : 0), H_SLOT_BYTES)
  }
  return slotEnd
}

/** As `region`, with the offset counted from the slot: it is the same for every slot. */
function slotRegion(base: usize, slot: usize, word: usize, at: usize, bytes: usize): usize {
  const end = region(base, word, at, bytes)
  if (base) store<u32>(base + word, <u32>(at + GUARD_BYTES - slot))
  return end
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function word(base: usize, at: usize): u32 {
  return load<u32>(base + at)
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function regionPtr(base: usize, at: usize): usize {
  return base + <usize>load<u32>(base + at)
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function slotPtr(base: usize, slot: u32): usize {
  return regionPtr(base, H_SLOT_0) + <usize>slot * word(base, H_SLOT_BYTES)
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function slotRegionPtr(base: usize, slot: u32, at: usize): usize {
  return slotPtr(base, slot) + <usize>word(base, at)
}

function guardHolds(guard: usize): bool {
  return load<u64>(guard) == GUARD_WORD && load<u64>(guard, 8) == GUARD_WORD
}

/** Whether the 16 guard bytes before every region and after the last are as `layOut` wrote them. */
export function guardsHold(base: usize): bool {
  for (let at = H_PATH_TABLE; at <= H_SLOT_0; at += 4) {
    if (!guardHolds(regionPtr(base, at) - GUARD_BYTES)) return false
  }
  for (let slot: u32 = 0; slot < word(base, H_SLOTS); slot++) {
    for (let at = H_BLOCKS_AT; at <= H_COLUMNS_AT; at += 4) {
      if (!guardHolds(slotRegionPtr(base, slot, at) - GUARD_BYTES)) return false
    }
    if (!guardHolds(slotPtr(base, slot + 1) - GUARD_BYTES)) return false
  }
  return true
}

/** In debug builds a violated contract stops the instance; release builds carry no check. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function check(holds: bool): void {
  if (!ASC_NO_ASSERT && !holds) unreachable()
}
