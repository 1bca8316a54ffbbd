// npm run check:build: builds the committed sources anew in a clean folder of another name, and compares what comes of it
// byte by byte with what was built here: lib/, which the package is packed from, and dist/, which the image holds. The
// module for debugging is in neither.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('..', import.meta.url))

/** The files below a folder's dist/ and lib/, each with the digest of its bytes. */
function builtIn(folder: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const built of ['dist', 'lib'].filter((name) => existsSync(join(folder, name)))) {
    for (const file of readdirSync(join(folder, built), { recursive: true, encoding: 'utf8' }).sort()) {
      const path = join(folder, built, file)
      if (file.endsWith('.debug.wasm') || !statSync(path).isFile()) continue
      files.set(join(built, file), createHash('sha256').update(readFileSync(path)).digest('hex'))
    }
  }
  return files
}

const clean = mkdtempSync(join(tmpdir(), 'sentinel-rebuild-'))
try {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository, encoding: 'utf8' }).trim()
  const archive = execFileSync('git', ['archive', commit], { cwd: repository, maxBuffer: 2 ** 30 })
  execFileSync('tar', ['-x', '-C', clean], { input: archive })
  // A copy, as bundlers write down where a link leads to.
  execFileSync('cp', ['-a', '--reflink=auto', join(repository, 'node_modules'), clean])
  execFileSync(process.execPath, ['scripts/build.mjs', 'service', 'package'], {
    cwd: clean,
    stdio: ['ignore', 'ignore', 'inherit'],
  })

  const built = builtIn(repository)
  const rebuilt = builtIn(clean)
  if (built.size === 0) throw new Error('nothing is built here to compare with; build first')
  let different = 0
  for (const file of new Set([...built.keys(), ...rebuilt.keys()])) {
    const [here, there] = [built.get(file), rebuilt.get(file)]
    if (here === there) continue
    // What sources that are gone have left in dist/ reaches no image: that is built in a clean folder.
    if (there === undefined && file.startsWith('dist')) continue
    different += 1
    console.log(
      `${here === undefined ? 'MISSING  ' : there === undefined ? 'LEFT OVER' : 'DIFFERENT'} ${file}`,
    )
  }
  for (const [file, digest] of rebuilt)
    if (file.endsWith('.wasm') && built.get(file) === digest) console.log(`same ${digest} ${file}`)
  console.log(`${rebuilt.size - different} of ${rebuilt.size} files are the same, rebuilt from ${commit}`)
  if (different > 0) process.exitCode = 1
} finally {
  rmSync(clean, { recursive: true, force: true })
}
