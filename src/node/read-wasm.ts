import { readFile } from 'node:fs/promises'

/** The module's bytes from disk: `fetch` of a file URL is not in Node. */
export function readWasm(shared: boolean): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(new URL(`../forest/forest${shared ? '.shared' : ''}.wasm`, import.meta.url))
}

/** What an address given by the caller holds: `import.meta.resolve` gives a file URL in Node. */
export function openUrl(url: URL | string): Promise<Uint8Array<ArrayBuffer> | Response> {
  return String(url).startsWith('file:') ? readFile(new URL(url)) : fetch(url)
}
