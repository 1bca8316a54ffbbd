/**
 * Puts each program that is started by itself into as few files as it needs: reading 400 small ones is half of a start.
 * The library (dist/index.js) is not bundled.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${root}dist`

/** What commands share, and what is loaded later: beside them, so that everything finds its files from the same place. */
const CHUNK = /^chunk-\w+\.js$/

/** Every module of ours goes on finding its neighbours by its own address, not by the bundle's. */
const ownModules = (edited) => ({
  name: 'own-modules',
  setup(bundler) {
    bundler.onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(`${dist}/`)) return
      const own = `new URL(${JSON.stringify(`./${relative(dist, path)}`)}, import.meta.url)`
      const contents = readFileSync(path, 'utf8').replaceAll('import.meta.url', own)
      return { contents: edited(contents), loader: 'js' }
    })
  },
})

/**
 * What the service takes of packages that bring more than it makes use of. All of a program is parsed at each of its
 * starts, whether it is called or not.
 */
const PARTS = new Map([
  // Without summaries, the gateway and what gathers figures of many processes.
  [
    'prom-client/index.js',
    `export { default as Counter } from './lib/counter'
export { default as Gauge } from './lib/gauge'
export { default as Histogram } from './lib/histogram'
export { default as Registry } from './lib/registry'
export { default as collectDefaultMetrics } from './lib/defaultMetrics'`,
  ],
  // It is asked for the span of an exemplar; there are none.
  ['@opentelemetry/api/build/src/index.js', ''],
])

const inParts = {
  name: 'in-parts',
  setup(bundler) {
    bundler.onLoad({ filter: /node_modules/ }, ({ path }) => {
      const contents = PARTS.get(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
      return contents === undefined ? undefined : { contents, loader: 'js', resolveDir: dirname(path) }
    })
  },
}

/** Packages that some settings or requests need, each in a file of its own that is loaded then. */
const LATER = ['@fastify/cors', '@fastify/rate-limit', '@fastify/swagger', 'cockatiel', 'ollama']
const fileOf = (name) => `package-${name.replaceAll(/\W+/g, '-').replace(/^-/, '')}`

const inFilesOfTheirOwn = {
  name: 'in-files-of-their-own',
  setup(bundler) {
    bundler.onResolve({ filter: /^[@\w]/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && LATER.includes(path)
        ? { path: `./${fileOf(path)}.js`, external: true }
        : undefined,
    )
  },
}

/**
 * Modules of ours that the sources load later are small, and are in the program from the start: to put off a part of it,
 * esbuild would wrap all that the part shares with the rest in functions, which are parsed twice.
 */
const later = /\bimport\((?="\.)("[^"]+")\)/g
function atOnce(source) {
  const imports = []
  const contents = source.replaceAll(later, (_, path) => {
    imports.push(`import * as later${imports.length} from ${path}\n`)
    return `Promise.resolve(later${imports.length - 1})`
  })
  return contents + imports.join('')
}

/** Programs that a process begins with, beside the commands. */
const PROGRAMS = ['server', 'healthcheck']

/** A program is compiled as a whole before its first line is run: what has Node keep that comes before. */
const starterOf = (name) => ({
  contents: `#!/usr/bin/env node
import { keepCompiled } from './v8/compile-cache.js'
keepCompiled()
await import('./${name}-program.js')`,
  resolveDir: dist,
})

const bundle = {
  absWorkingDir: root,
  outdir: 'dist',
  outbase: 'dist',
  allowOverwrite: true,
  bundle: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['node'],
  external: [
    // What the commands and the starters start.
    './server.js',
    './*-program.js',
    'ioredis',
    // Fastify loads it for requests that are none, and there are none.
    'light-my-request',
    // Fastify loads them where an app brings no compilers of its own, as ours does.
    '@fastify/ajv-compiler',
    '@fastify/fast-json-stringify-compiler',
  ],
  // What is CommonJS inside still calls `require` for Node's own modules.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
  },
  // Without comments it is half as much to read, and ASCII, which V8 keeps and scans as single bytes. Names stay, and lines
  // are short: what an error says of its place can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 120,
  plugins: [inParts, inFilesOfTheirOwn],
  metafile: true,
}
const built = await Promise.all([
  // In one file each: each file of a start costs it a millisecond.
  build({
    ...bundle,
    entryPoints: PROGRAMS.map((name) => ({ in: `dist/${name}.js`, out: `${name}-program` })),
    plugins: [...bundle.plugins, ownModules(atOnce)],
  }),
  // Of the commands one is loaded, and not the others.
  build({
    ...bundle,
    entryPoints: ['dist/cli.js'],
    splitting: true,
    plugins: [...bundle.plugins, ownModules((source) => source)],
  }),
  build({
    ...bundle,
    entryPoints: LATER.map((name) => ({ in: name, out: fileOf(name) })),
    // What is an ES module shows its exports by their names.
    mainFields: ['module', 'main'],
  }),
])
// They take the places of what they start.
const starters = PROGRAMS.map((name) =>
  build({ ...bundle, outdir: undefined, outfile: `dist/${name}.js`, stdin: starterOf(name) }),
)
built.push(...(await Promise.all(starters)))
const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs))
const outputs = built.flatMap(({ metafile }) => Object.keys(metafile.outputs))

const written = new Set(outputs.map((path) => basename(path)))
const old = (await readdir(dist)).filter((name) => CHUNK.test(name) && !written.has(name))
await Promise.all(old.map((name) => rm(`${dist}/${name}`)))

const packages = new Set(
  inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
)
const licences = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'))
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE']
    .map((each) => `${root}${folder}/${each}`)
    .find(existsSync)
  return `${name} ${version} (${license})\n\n${file ? readFileSync(file, 'utf8').trim() : ''}\n`
})
writeFileSync(`${root}dist/program-licences.txt`, licences.join(`\n${'-'.repeat(80)}\n\n`))
