/**
 * Builds web/dashboard/ into dist/dashboard: the page that the service shows at `/`, each file as Brotli only, a quarter
 * of its size.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'dist/dashboard')

/** What the page names of its own files; its other links lead to other pages. */
const OWN_FILE = /="\.\/((?:assets\/)?[^"/]+\.\w+)"/g

await build({
  configFile: false,
  root: `${root}web/dashboard`,
  publicDir: `${root}web/public`,
  base: './',
  logLevel: 'warn',
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    cssMinify: 'esbuild',
    // The policy of the page allows no data: addresses for what it fetches.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})

for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue
  const path = join(entry.parentPath, entry.name)
  let bytes = await readFile(path)
  // The page stands one level above its files. They refer to none themselves.
  if (entry.name === 'index.html')
    bytes = Buffer.from(bytes.toString().replaceAll(OWN_FILE, '="./dashboard/$1"'))
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  await writeFile(`${path}.br`, brotliCompressSync(bytes, { params }))
  await rm(path)
}
