// npm run check:wasm: rebuilds the WebAssembly modules from the committed sources in a clean folder and compares them
// byte by byte with those in dist/, which are the ones that a release packs.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('..', import.meta.url))

/** The modules below a folder's dist/, each with the digest of its bytes. */
function modulesOf(folder: string): Map<string, string> {
  const dist = join(folder, 'dist')
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.wasm'),
  )
  const digest = (file: string): string =>
    createHash('sha256')
      .update(readFileSync(join(dist, file)))
      .digest('hex')
  return new Map(files.sort().map((file) => [file, digest(file)]))
}

const clean = mkdtempSync(join(tmpdir(), 'sentinel-wasm-'))
try {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository, encoding: 'utf8' }).trim()
  const archive = execFileSync('git', ['archive', commit], { cwd: repository, maxBuffer: 2 ** 30 })
  execFileSync('tar', ['-x', '-C', clean], { input: archive })
  symlinkSync(join(repository, 'node_modules'), join(clean, 'node_modules'))
  execFileSync('npm', ['run', '--silent', 'build:wasm'], {
    cwd: clean,
    stdio: ['ignore', 'ignore', 'inherit'],
  })

  const packed = modulesOf(repository)
  const rebuilt = modulesOf(clean)
  if (packed.size === 0) throw new Error('dist/ holds no .wasm; build first')
  for (const file of new Set([...packed.keys(), ...rebuilt.keys()])) {
    const same = packed.get(file) === rebuilt.get(file)
    console.log(`${same ? 'same     ' : 'DIFFERENT'} ${packed.get(file) ?? 'missing in dist'} ${file}`)
    if (!same) process.exitCode = 1
  }
  console.log(`rebuilt from ${commit}`)
} finally {
  rmSync(clean, { recursive: true, force: true })
}
