/**
 * Where the modules are when files are reached by URL: browsers, and Deno without a file system. Node reads
 * them from disk instead (`src/node/read-wasm.ts`, chosen by the package's import map).
 */
export function readWasm(shared: boolean): Promise<Response> {
  // Each URL stands whole, so that bundlers see it and emit the module as an asset.
  return shared
    ? fetch(new URL('./forest.shared.wasm', import.meta.url))
    : fetch(new URL('./forest.wasm', import.meta.url))
}

/** What an address given by the caller holds. */
export function openUrl(url: URL | string): Promise<Response> {
  return fetch(url)
}
