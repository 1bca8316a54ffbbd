// The largest forest there can be, said once: asc compiles this file into the module, tsc into the host.

/** Features of a row, as many as the widest embeddings have. The layout numbers them by a u16 and would take more. */
export const MAX_FEATURES = 4096

/** Trees of a forest. The layout would take more, but path lengths settle before 100 (Liu, Ting, Zhou 2008). */
export const MAX_TREES = 1000

/**
 * Rows a tree is grown from, ψ. A node's place in the module's path table, depth · (ψ + 1) + rows, is a u16: this
 * is the largest power of two at which the deepest, 12 · 4097 + 4096 = 53,260, fits.
 */
export const MAX_SUBSAMPLE = 4096
