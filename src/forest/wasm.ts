import { instantiate } from '@assemblyscript/loader'
import { readWasm } from '#read-wasm'
import { ForestError } from './errors.js'
import type { WasmExports } from './wasm-exports.js'

/** Where the module comes from: its bytes, compiled, an answer to a request for it, or its address. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | PromiseLike<Response> | URL | string

/** How to get a module and the memory it works in. */
export interface WasmOptions {
  /** Default: the module that comes with the package. */
  wasm?: WasmSource
  /** Memory to work in, taken page by page from its end. Default: a new one. A shared one needs the shared build. */
  memory?: WebAssembly.Memory
  /** Whether a new memory is shared between threads. Default: whether the page is cross-origin isolated. */
  shared?: boolean
}

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
 */
export async function instantiateWasm(options: WasmOptions): Promise<WasmInstance> {
  const shared = options.memory ? isShared(options.memory) : (options.shared ?? crossOriginIsolated())
  const memory =
    options.memory ??
    new WebAssembly.Memory(shared ? { initial: 1, maximum: MAX_PAGES, shared } : { initial: 1 })
  try {
    const source = await open(options.wasm ?? readWasm(shared))
    // The loader writes into the imports it is given: a fresh object each time.
    const { module, exports } = await instantiate(source, { env: { memory } })
    return { exports: exports as unknown as WasmExports, module, memory, shared }
  } catch (cause) {
    const build = shared ? 'forest.shared.wasm' : 'forest.wasm'
    throw new ForestError(
      'FOREST_NO_WASM',
      `the forest module could not be loaded (${String(cause).slice(0, 200)}); ` +
        `${shared ? 'a shared' : 'a plain'} memory needs the build ${build}, served as application/wasm`,
      { cause },
    )
  }
}

async function open(
  source: WasmSource | PromiseLike<WasmSource>,
): Promise<BufferSource | WebAssembly.Module | Response> {
  const opened = await source
  const answer = typeof opened === 'string' || opened instanceof URL ? await fetch(opened) : opened
  if (typeof Response !== 'undefined' && answer instanceof Response && !answer.ok) {
    throw new Error(`${answer.url} answered ${answer.status}`)
  }
  return answer as BufferSource | WebAssembly.Module | Response
}

function isShared(memory: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
}

function crossOriginIsolated(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true
}
