import { openUrl } from './read-wasm.js'

/** Where the module comes from: its bytes, compiled, an answer to a request for it, or its address. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | PromiseLike<Response> | URL | string

/** The one type that `compileStreaming` takes: no parameters, whatever the letter case. */
const WASM_TYPE = 'application/wasm'

/**
 * Compiles a module, while it still arrives if it comes over the network as application/wasm. A server that
 * names another type costs the streaming, not the module.
 * @internal
 */
export async function compileWasm(source: WasmSource | PromiseLike<WasmSource>): Promise<WebAssembly.Module> {
  const given = await source
  if (given instanceof WebAssembly.Module) return given
  const opened = typeof given === 'string' || given instanceof URL ? await openUrl(given) : given
  if (!isResponse(opened)) return WebAssembly.compile(opened)
  const { ok, status, url, headers } = opened
  // A bundler's development server answers what it does not know with its start page, and 200.
  const type = (headers.get('content-type') ?? '').toLowerCase()
  if (!ok) throw new Error(`${url} answered ${status}`)
  if (type.startsWith('text/html')) throw new Error(`${url} answered a page, not the module`)
  const streams = type === WASM_TYPE && typeof WebAssembly.compileStreaming === 'function'
  return streams ? WebAssembly.compileStreaming(opened) : WebAssembly.compile(await opened.arrayBuffer())
}

function isResponse(source: BufferSource | Response): source is Response {
  return typeof Response !== 'undefined' && source instanceof Response
}
