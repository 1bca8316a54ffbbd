/**
 * Where the modules are when files are reached by URL: browsers, and Deno without a file system. Node reads
 * them from disk instead (`src/node/read-wasm.ts`, chosen by the package's import map).
 *
 * Not every tool keeps the .wasm beside the script: esbuild does not emit it, and before Vite 8 the development
 * server looked for it in its cache. A copy of the plain build in a script of its own, which is loaded only
 * then, spares their users the configuration.
 */
export async function readWasm(shared: boolean): Promise<Response | ArrayBuffer> {
  try {
    const answer = await fetchWasm(shared)
    if (shared || holdsModule(answer)) return answer
  } catch (failure) {
    if (shared) throw failure
  }
  const { plainBuild } = await import('./forest.inline.js')
  const compressed = Uint8Array.from(atob(plainBuild), (character) => character.charCodeAt(0))
  const module = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(module).arrayBuffer()
}

/** What an address given by the caller holds. */
export function openUrl(url: URL | string): Promise<Response> {
  return fetch(url)
}

function fetchWasm(shared: boolean): Promise<Response> {
  // Each URL stands whole, so that bundlers see it and emit the module as an asset.
  return shared
    ? fetch(new URL('./forest.shared.wasm', import.meta.url))
    : fetch(new URL('./forest.wasm', import.meta.url))
}

/** Development servers answer what they do not know with their start page, and 200. */
function holdsModule(answer: Response): boolean {
  return answer.ok && !answer.headers.get('content-type')?.startsWith('text/html')
}
