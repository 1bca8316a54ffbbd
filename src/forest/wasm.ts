import { instantiate } from '@assemblyscript/loader'
import { compileWasm, type WasmSource } from './compile.js'
import { ForestError } from './errors.js'
import { readWasm } from './read-wasm.js'
import type { WasmExports } from './wasm-exports.js'

/** How to get a module and the memory it works in. */
export interface WasmOptions {
  /** Default: the module that comes with the package, in the build that fits the memory. */
  wasm?: WasmSource
  /** Memory to work in, taken page by page from its end. Default: a new one. A shared one needs the shared build. */
  memory?: WebAssembly.Memory
  /** Whether a new memory is shared between threads. Default: whether the page is cross-origin isolated. */
  shared?: boolean
}

/** @internal */
export interface WasmInstance {
  readonly exports: WasmExports
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly shared: boolean
}

/** The shared module's memory import declares this maximum, so no memory of it may declare more. */
const MAX_PAGES = 65_536

/**
 * Instantiates the forest module on its own or the caller's memory.
 * @throws ForestError FOREST_NO_WASM when the module cannot be had or does not fit the memory.
 * @internal
 */
export async function instantiateWasm(options: WasmOptions): Promise<WasmInstance> {
  const kinds = memoryKinds(options)
  const failures: unknown[] = []
  try {
    const given = options.wasm === undefined ? undefined : await compileWasm(options.wasm)
    for (const shared of kinds) {
      try {
        const module = given ?? (await compileWasm(readWasm(shared)))
        return await instantiateOn(module, options.memory ?? newMemory(shared), shared)
      } catch (failure) {
        failures.push(failure)
      }
    }
  } catch (failure) {
    failures.push(failure)
  }
  throw refusal(failures[0], kinds[0])
}

/**
 * Whether the memory is shared, and what to try if that fails. What the caller asked for is tried alone. A module
 * does not say which build it is, so one given without a memory is tried on both kinds; and a device that
 * cannot reserve a shared memory's 4 GiB of addresses still gets a plain one.
 */
function memoryKinds(options: WasmOptions): [boolean, ...boolean[]] {
  const asked = options.memory ? isShared(options.memory) : options.shared
  if (asked !== undefined) return [asked]
  if (crossOriginIsolated()) return [true, false]
  return options.wasm === undefined ? [false] : [false, true]
}

async function instantiateOn(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  shared: boolean,
): Promise<WasmInstance> {
  // The loader writes into the imports it is given: a fresh object each time.
  const { exports } = await instantiate(module, { env: { memory } })
  return { exports: exports as unknown as WasmExports, module, memory, shared }
}

function newMemory(shared: boolean): WebAssembly.Memory {
  return new WebAssembly.Memory(shared ? { initial: 1, maximum: MAX_PAGES, shared } : { initial: 1 })
}

function refusal(cause: unknown, shared: boolean): ForestError {
  const build = shared ? 'forest.shared.wasm' : 'forest.wasm'
  return new ForestError(
    'FOREST_NO_WASM',
    `the forest module could not be loaded (${String(cause).slice(0, 200)}); ${shared ? 'a shared' : 'a plain'} ` +
      `memory needs the build ${build}, and a page's content security policy 'wasm-unsafe-eval' in script-src`,
    { cause },
  )
}

function isShared(memory: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
}

function crossOriginIsolated(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true
}
