/**
 * Puts each program that is started by itself into as few files as it needs: reading 400 small ones is half of a start.
 * What a start does not need is loaded when it is first asked for. The library (dist/index.js) is not bundled.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${root}dist`

/** What they share, and what is loaded later: beside them, so that everything finds its files from the same place. */
const CHUNK = /^chunk-\w+\.js$/

/** Every module of ours goes on finding its neighbours by its own address, not by the bundle's. */
const ownAddresses = {
  name: 'own-addresses',
  setup(bundler) {
    bundler.onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(`${dist}/`)) return
      const own = `new URL(${JSON.stringify(`./${relative(dist, path)}`)}, import.meta.url)`
      return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', own), loader: 'js' }
    })
  },
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['dist/server.js', 'dist/cli.js', 'dist/healthcheck.js'],
  outdir: 'dist',
  outbase: 'dist',
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['node'],
  external: [
    '@fastify/swagger',
    'cockatiel',
    'ioredis',
    'ollama',
    // Fastify loads them where an app brings no compilers of its own, as ours does.
    '@fastify/ajv-compiler',
    '@fastify/fast-json-stringify-compiler',
  ],
  // What is CommonJS inside still calls `require` for Node's own modules.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
  },
  plugins: [ownAddresses],
  metafile: true,
})

const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path)))
const old = (await readdir(dist)).filter((name) => CHUNK.test(name) && !written.has(name))
await Promise.all(old.map((name) => rm(`${dist}/${name}`)))

const packages = new Set(
  Object.keys(metafile.inputs).flatMap(
    (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
  ),
)
const licences = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'))
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE']
    .map((each) => `${root}${folder}/${each}`)
    .find(existsSync)
  return `${name} ${version} (${license})\n\n${file ? readFileSync(file, 'utf8').trim() : ''}\n`
})
writeFileSync(`${root}dist/program-licences.txt`, licences.join(`\n${'-'.repeat(80)}\n\n`))
