// npm run check:wasm: rebuilds the WebAssembly modules from the committed sources in a clean folder and compares them
// byte by byte with those in dist/ and lib/, which a release packs. The one for debugging is in no release.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('..', import.meta.url))

/** The modules below a folder's dist/ and lib/, each with the digest of its bytes. */
function modulesOf(folder: string): Map<string, string> {
  const modules = new Map<string, string>()
  for (const built of ['dist', 'lib'].filter((name) => existsSync(join(folder, name)))) {
    for (const file of readdirSync(join(folder, built), { recursive: true, encoding: 'utf8' }).sort()) {
      if (!file.endsWith('.wasm') || file.endsWith('.debug.wasm')) continue
      const bytes = readFileSync(join(folder, built, file))
      modules.set(join(built, file), createHash('sha256').update(bytes).digest('hex'))
    }
  }
  return modules
}

const clean = mkdtempSync(join(tmpdir(), 'sentinel-wasm-'))
try {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository, encoding: 'utf8' }).trim()
  const archive = execFileSync('git', ['archive', commit], { cwd: repository, maxBuffer: 2 ** 30 })
  execFileSync('tar', ['-x', '-C', clean], { input: archive })
  symlinkSync(join(repository, 'node_modules'), join(clean, 'node_modules'))
  execFileSync('npm', ['run', '--silent', 'build:wasm', '--', 'plain', 'shared'], {
    cwd: clean,
    stdio: ['ignore', 'ignore', 'inherit'],
  })

  const built = modulesOf(repository)
  const rebuilt = new Set(modulesOf(clean).values())
  if (built.size === 0) throw new Error('there is no .wasm to compare; build first')
  // Copies for the package and the playground bear names of their own: what counts is that the sources gave the bytes.
  for (const [file, digest] of built) {
    const same = rebuilt.has(digest)
    console.log(`${same ? 'same     ' : 'DIFFERENT'} ${digest} ${file}`)
    if (!same) process.exitCode = 1
  }
  console.log(`rebuilt from ${commit}`)
} finally {
  rmSync(clean, { recursive: true, force: true })
}
