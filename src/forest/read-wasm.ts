import { builtin } from '../runtime/builtin.js'

/** What is used here of Node's fs/promises. */
interface Files {
  readFile(url: URL): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * The module that comes with the package: the file beside this script.
 *
 * Not every tool keeps that file there: esbuild does not emit it, and the development server of Vite up to 7 looks for
 * it in a cache. For them there is a copy of the plain build in a script of its own, loaded only when the file is not
 * to be had, so that their users need no configuration.
 * @param shared whether the build for shared memory is wanted; of that one there is no copy
 */
export async function readWasm(shared: boolean): Promise<Response | Uint8Array<ArrayBuffer> | ArrayBuffer> {
  try {
    // Written out twice: bundlers emit a file as an asset only where they see its name in such an expression.
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

/** Opens an address. Node's `fetch` refuses file: addresses, so they are read from disk where there is one. */
export function openUrl(url: URL | string): Promise<Response | Uint8Array<ArrayBuffer>> {
  const files = String(url).startsWith('file:') ? builtin<Files>('node:fs/promises') : undefined
  return files ? files.readFile(new URL(url)) : fetch(url)
}

/** Whether it is the module: development servers answer unknown addresses with status 200 and their start page. */
function holdsModule(opened: Response | Uint8Array): boolean {
  if (opened instanceof Uint8Array) return true
  return opened.ok && !opened.headers.get('content-type')?.startsWith('text/html')
}
