/**
 * Bundles the library with its one dependency into dist/forest/forest.js, beside the .wasm that it reads: files that
 * every runtime takes, a browser without a bundler or an import map. The package publishes them as they are.
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const forest = `${root}dist/forest`

const plainBuild = gzipSync(await readFile(`${forest}/forest.wasm`), { level: 9 }).toString('base64')
await writeFile(`${forest}/forest.inline.js`, `export const plainBuild =\n  '${plainBuild}'\n`)

await build({
  absWorkingDir: root,
  entryPoints: ['dist/forest/bundle.js'],
  outfile: 'dist/forest/forest.js',
  bundle: true,
  // Loaded only where the .wasm is not to be had.
  external: ['./forest.inline.js'],
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  minify: true,
  charset: 'utf8',
  banner: {
    js: '/*! codeflow-sentinel, MIT; contains @assemblyscript/loader, Apache-2.0, (c) The AssemblyScript Authors */',
  },
})
await copyFile(`${root}src/forest/forest.wasm.d.ts`, `${forest}/forest.wasm.d.ts`)
