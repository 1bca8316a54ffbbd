import { readFile } from 'node:fs/promises'

/** The module's bytes from disk: `fetch` of a file URL is not in Node. */
export function readWasm(shared: boolean): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(new URL(`../forest/forest${shared ? '.shared' : ''}.wasm`, import.meta.url))
}
