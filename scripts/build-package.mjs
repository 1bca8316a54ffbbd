/**
 * Makes lib/, what the package publishes, of dist/, what the project builds and tests module by module: the same
 * code in a few minified bundles, and the compiler's declarations without what is marked as internal, as far as the
 * entries lead to them. It is half the size, and there are fewer files to read at a start. The forest is there once: the service's bundles import forest.js, too.
 */
import { execFileSync } from 'node:child_process'
import { cp, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const lib = join(root, 'lib')

const ENTRIES = [
  'index.js',
  'server.js',
  'cli.js',
  'sentinel.js',
  'http/metrics/sentinel-metrics.js',
  'adapters/fastify.js',
  'adapters/express.js',
  'adapters/hono.js',
  'adapters/koa.js',
  'adapters/opentelemetry.js',
]
/** Starts as a thread, from its own file. */
const THREAD = 'detector/training/fit-worker.js'
const AS_THEY_ARE = [
  'forest/forest.js',
  'forest/forest.inline.js',
  'forest/forest.wasm',
  'forest/forest.wasm.d.ts',
  'forest/forest.shared.wasm',
  'http/pages',
  'cli/replay/report.html',
  'dashboard',
  'playground',
]

/** In a bundle, a module still finds its files where it would find them from its own place. */
const ownPlace = {
  name: 'own-place',
  setup({ onLoad }) {
    onLoad({ filter: /dist[\\/].*\.js$/ }, async ({ path }) => {
      const place = JSON.stringify(`./${relative(dist, path).replaceAll('\\', '/')}`)
      const source = await readFile(path, 'utf8')
      const contents = source.replaceAll(/\bimport\.meta\.url\b/g, `new URL(${place}, import.meta.url).href`)
      return { contents, loader: 'js' }
    })
  },
}

/** Imports of the forest's modules become imports of forest.js, as it is seen from a folder of lib. */
const oneForest = (folder) => ({
  name: 'one-forest',
  setup({ onResolve }) {
    const path = `${relative(folder, 'forest')
      .replaceAll('\\', '/')
      .replace(/^(?!\.)/, './')}/forest.js`
    onResolve({ filter: /[\\/]forest[\\/][\w-]+\.js$/ }, () => ({ path, external: true }))
  },
})

/**
 * Packages stay outside, and are not loaded by an entry that makes no use of them. The one that the heart needs goes in:
 * it is 2 KiB, and the heart then runs in a browser as it is.
 */
const packagesOutside = {
  name: 'packages-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) =>
      path === 'toad-cache' ? undefined : { path, external: true, sideEffects: false },
    )
  },
}

/** Bundles entries of one folder of dist. */
async function bundle(entries) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => `dist/${entry}`),
    outbase: 'dist',
    outdir: 'lib',
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    plugins: [oneForest(dirname(entries[0])), ownPlace, packagesOutside],
    minify: true,
    charset: 'utf8',
    metafile: true,
  })
  for (const output of Object.keys(metafile.outputs)) {
    const inFolder = dirname(output) !== 'lib'
    if (inFolder && (await readFile(join(root, output), 'utf8')).includes('import.meta')) {
      throw new Error(`${output} asks for its place, which the bundle of it would get wrong`)
    }
  }
}

/** Lets the compiler write its declarations to lib, and takes away those that no entry's types lead to. */
async function declare(entries) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  // Whether the types are right, the step `types` says.
  const options = [
    '--emitDeclarationOnly',
    '--noCheck',
    '--stripInternal',
    '--singleThreaded',
    '--outDir',
    lib,
  ]
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), ...options], {
    stdio: 'inherit',
  })
  const reached = new Set(entries.map((entry) => join(lib, entry)))
  for (const file of reached) {
    const imports = (await readFile(file, 'utf8')).matchAll(/(?:from |import\()'(\.[^']+)\.js'/g)
    for (const [, path] of imports) reached.add(join(dirname(file), `${path}.d.ts`))
  }
  const written = await readdir(lib, { recursive: true })
  const idle = written
    .map((path) => join(lib, path))
    .filter((path) => path.endsWith('.d.ts') && !reached.has(path))
  await Promise.all(idle.map((path) => rm(path)))
}

await rm(lib, { recursive: true, force: true })
await bundle(ENTRIES)
await bundle([THREAD])
await declare(
  [...ENTRIES, 'forest/index.js']
    .filter((entry) => entry !== 'server.js')
    .map((entry) => entry.replace(/js$/, 'd.ts')),
)
for (const path of AS_THEY_ARE) await cp(join(dist, path), join(lib, path), { recursive: true })
