/**
 * What the file forest.js exports: the library, and the parts that the service uses besides. Both in one file, so that
 * the package holds the forest's code once. The published types name the library alone.
 */
export { Arena } from './arena.js'
export { crc32 } from './checksum.js'
export { decodeForest, decodeHeader, decodeTreeByTree, encodeForest, encodeTreeByTree } from './codec.js'
export { fitInTurns, fitSlot } from './fit.js'
export * from './index.js'
export { FOREST_DEFAULTS, FOREST_RANGES, MAX_CONTAMINATION } from './options.js'
export { beyondRange, extendScore } from './range-extension.js'
export { MAX_FLOAT32, scaledValue } from './rows.js'
export { MAX_TREES } from './shape-limits.js'
export { instantiateWasm } from './wasm.js'
