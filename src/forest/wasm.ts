import { demangle } from '@assemblyscript/loader'
import { compileWasm, type WasmSource } from './compile.js'
import { ForestError } from './errors.js'
import { readWasm } from './read-wasm.js'
import type { WasmExports } from './wasm-exports.js'

/** Which module to use, and the memory it works in. */
export interface WasmOptions {
  /** The module. Default: the one that comes with the package, in the build that fits the memory. */
  wasm?: WasmSource
  /**
   * Memory to work in; it is grown, and only the new pages are used. A shared memory needs the shared build of the
   * module. Default: a new memory.
   */
  memory?: WebAssembly.Memory
  /** Whether a new memory can be shared between threads. Default: whether the page is cross-origin isolated. */
  shared?: boolean
}

/** An instance of the module. @internal */
export interface WasmInstance {
  readonly exports: WasmExports
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly shared: boolean
}

/** 4 GiB, in pages of 64 KiB. A shared memory must declare a maximum, and the shared module allows no larger one. */
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
 * The kinds of memory to try, in order; true is shared. Where the caller says which, that one alone. Where the page
 * could use a shared one, a plain one follows, for devices that cannot reserve 4 GiB of addresses. A module that the
 * caller gives does not say which build it is, so both kinds are tried with it.
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
  // Not by the loader's `instantiate`: it asks whether it was given a Response, and at the first mention of one Node
  // loads its HTTP client: a tenth of a start, and most of what a trainer's thread does before its first fit.
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } })
  return { exports: bare(demangle(exports)) as unknown as WasmExports, module, memory, shared }
}

/**
 * The functions without what the loader puts around each to say how many arguments it was called with. Only those with
 * optional ones ask, of which the module has none, and it costs each score an object on the heap.
 */
function bare(exports: object): object {
  return Object.fromEntries(
    Object.entries(exports).map(([name, one]: [string, { readonly original?: unknown }]) => [
      name,
      one.original ?? one,
    ]),
  )
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
