import { readFileSync } from 'node:fs'
import { type ForestOptions, IsolationForest, type WasmOptions } from '#sentinel/forest/index.js'

/** One build of the forest module; every property holds over all of them. */
export interface Build {
  name: string
  file: string
  module: WebAssembly.Module
  shared: boolean
}

/** Where `npm run build` puts the modules. */
export const wasmFolder = new URL('../../dist/forest/', import.meta.url)

function build(name: string, file: string, shared: boolean): Build {
  return { name, file, shared, module: new WebAssembly.Module(readFileSync(new URL(file, wasmFolder))) }
}

export const builds: readonly Build[] = [
  build('plain', 'forest.wasm', false),
  build('shared', 'forest.shared.wasm', true),
  build('debug', 'forest.debug.wasm', false),
]

/** The library's way to name a build in its options. */
export function source(of: Build): WasmOptions {
  return { wasm: of.module, shared: of.shared }
}

/** As scikit-learn has it, unless the options say otherwise: columns that vanish in float32 are not scaled. */
export function createForest(of: Build, options: ForestOptions): Promise<IsolationForest> {
  return IsolationForest.create({ scaleColumns: false, ...options, ...source(of) })
}
