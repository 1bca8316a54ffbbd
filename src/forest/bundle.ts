/**
 * What the one file forest.js exports: the library, and what the service is built on, so that the package holds the
 * forest's code once. The types of the package's entry name the library alone.
 */
export { Arena } from './arena.js'
export { decodeForest, decodeHeader, encodeForest } from './codec.js'
export { contaminationWord, fitSlot } from './fit.js'
export * from './index.js'
export { FOREST_DEFAULTS, FOREST_RANGES, MAX_CONTAMINATION } from './options.js'
export { MAX_FLOAT32 } from './rows.js'
export { instantiateWasm } from './wasm.js'
