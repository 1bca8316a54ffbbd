import { extname } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  // The type that lets a browser compile while the module arrives.
  '.wasm': 'application/wasm',
}

/** The media type of a page's file by its name; undefined for what is none. */
export function pageTypeOf(name: string): string | undefined {
  return TYPES[extname(name)]
}
