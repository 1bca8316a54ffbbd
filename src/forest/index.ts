/**
 * The isolation forest as a library, for Node, Deno, Bun and browsers.
 * @module
 */

export type { WasmSource } from './compile.js'
export { ForestError, type ForestErrorCode } from './errors.js'
export type { FitProgress } from './fit.js'
export type { Missing } from './imputation.js'
export { type Attribution, type FitOptions, IsolationForest } from './isolation-forest.js'
export type { Contamination, ForestOptions } from './options.js'
export type { Rows } from './rows.js'
export type { ScikitLearnForest, ScikitLearnTree } from './scikit-learn.js'
export type { TreeView } from './tree-view.js'
export type { WasmOptions } from './wasm.js'
