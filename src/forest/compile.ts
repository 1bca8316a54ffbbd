import { openUrl } from './read-wasm.js'

/** The module, or where to get it: its bytes, the compiled module, the response to a request for it, its address. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | PromiseLike<Response> | URL | string

/** The only media type that `compileStreaming` accepts; the case of letters does not matter, parameters do. */
const WASM_TYPE = 'application/wasm'

/**
 * Compiles a module. What comes over the network as application/wasm is compiled while it arrives; as any other type,
 * once it is there.
 * @throws Error when the response is no success, or is a page; and what fetch and WebAssembly.compile throw
 * @internal
 */
export async function compileWasm(source: WasmSource | PromiseLike<WasmSource>): Promise<WebAssembly.Module> {
  const given = await source
  if (given instanceof WebAssembly.Module) return given
  const opened = typeof given === 'string' || given instanceof URL ? await openUrl(given) : given
  if (isBytes(opened) || !isResponse(opened)) return WebAssembly.compile(opened)
  const { ok, status, url, headers } = opened
  // Development servers of bundlers answer unknown addresses with status 200 and their start page.
  const type = (headers.get('content-type') ?? '').toLowerCase()
  if (!ok) throw new Error(`${url} answered ${status}`)
  if (type.startsWith('text/html')) throw new Error(`${url} answered a page, not the module`)
  const streams = type === WASM_TYPE && typeof WebAssembly.compileStreaming === 'function'
  return streams ? WebAssembly.compileStreaming(opened) : WebAssembly.compile(await opened.arrayBuffer())
}

/** Asked first: in Node, to ask for a Response loads its HTTP client. */
function isBytes(source: BufferSource | Response): source is BufferSource {
  return source instanceof ArrayBuffer || ArrayBuffer.isView(source)
}

function isResponse(source: BufferSource | Response): source is Response {
  return typeof Response !== 'undefined' && source instanceof Response
}
