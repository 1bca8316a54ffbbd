/** The part of Node's file system that is needed here. */
interface Files {
  readFile(url: URL): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * The modules are beside this script, wherever that came from: by URL in browsers and in Deno, on disk in Node.
 *
 * Not every tool keeps the .wasm beside the script: esbuild does not emit it, and before Vite 8 the development
 * server looked for it in its cache. A copy of the plain build in a script of its own, which is loaded only
 * then, spares their users the configuration.
 */
export async function readWasm(shared: boolean): Promise<Response | Uint8Array<ArrayBuffer> | ArrayBuffer> {
  try {
    // Each URL stands whole, so that bundlers see it and emit the module as an asset.
    const url = shared
      ? new URL('./forest.shared.wasm', import.meta.url)
      : new URL('./forest.wasm', import.meta.url)
    const opened = await openUrl(url)
    if (shared || holdsModule(opened)) return opened
  } catch (failure) {
    if (shared) throw failure
  }
  const { plainBuild } = await import('./forest.inline.js')
  const compressed = Uint8Array.from(atob(plainBuild), (character) => character.charCodeAt(0))
  const module = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(module).arrayBuffer()
}

/** What an address holds. Node's `fetch` takes no file addresses, so files are read where there is a file system. */
export function openUrl(url: URL | string): Promise<Response | Uint8Array<ArrayBuffer>> {
  const files = String(url).startsWith('file:') ? fileSystem() : undefined
  return files ? files.readFile(new URL(url)) : fetch(url)
}

/** Asked for, not imported: a browser would look for the module at that address. */
function fileSystem(): Files | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Files } }
  return process?.getBuiltinModule?.('node:fs/promises')
}

/** Development servers answer what they do not know with their start page, and 200. */
function holdsModule(opened: Response | Uint8Array): boolean {
  if (opened instanceof Uint8Array) return true
  return opened.ok && !opened.headers.get('content-type')?.startsWith('text/html')
}
