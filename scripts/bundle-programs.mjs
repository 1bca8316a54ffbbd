// Puts the service into one file: reading 400 small ones is half of a start. What a start does not need stays
// outside and is loaded when it is first asked for. The library (dist/index.js) is not bundled.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const server = `${root}dist/server.js`

/** Every module of ours goes on finding its neighbours by its own address, not by the bundle's. */
const ownAddresses = {
  name: 'own-addresses',
  setup(bundler) {
    bundler.onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(`${root}dist/`)) return
      const own = `new URL(${JSON.stringify(`./${relative(dirname(server), path)}`)}, import.meta.url)`
      return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', own), loader: 'js' }
    })
  },
}

const { metafile } = await build({
  entryPoints: [server],
  outfile: server,
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['node'],
  external: ['@fastify/swagger', 'cockatiel', 'ioredis', 'ollama'],
  // What is CommonJS inside still calls `require` for Node's own modules.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
  },
  plugins: [ownAddresses],
  metafile: true,
})

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
writeFileSync(`${root}dist/server-licences.txt`, licences.join(`\n${'-'.repeat(80)}\n\n`))
