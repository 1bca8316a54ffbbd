/** Builds web/report/ into dist/cli/replay/report.html: the page of a replay's report, whole in one file. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'dist/cli/replay/report.html')

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['web/report/main.ts', 'web/report/report.css'],
  outdir: 'nowhere',
  write: false,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  legalComments: 'inline',
})

/** The text of the one file of that kind. */
function built(kind) {
  const file = outputFiles.find(({ path }) => path.endsWith(kind))
  if (file === undefined) throw new Error(`esbuild gave no ${kind}`)
  return file.text
}

const page = await readFile(join(root, 'web/report/report.html'), 'utf8')
const whole = page
  .replace('/* styles */', () => built('.css'))
  // What would end the script ahead of its time.
  .replace('/* script */', () => built('.js').replaceAll('</script', '<\\/script'))
await mkdir(dirname(out), { recursive: true })
await writeFile(out, whole)
