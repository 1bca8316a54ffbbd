// Compiles assembly/ into the modules of asconfig.json, or into those that are named, and refuses a release module
// that instances on several threads could not share: one with a data segment, or with an import besides env.memory.
// A module that is newer than all it is made of is left as it is.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

// The compiler is WebAssembly itself, 10 MB of it, and runs for a second: V8 would spend more than that on making it
// faster. What it writes is the same.
setFlagsFromString('--liftoff-only')
const { default: asc } = await import('assemblyscript/asc')

const config = JSON.parse(readFileSync(new URL('../asconfig.json', import.meta.url), 'utf8'))
process.chdir(fileURLToPath(new URL('..', import.meta.url)))

const DATA_SECTION = 11

/** Milliseconds; 0 for what does not exist. */
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
// The folder itself tells of files that were taken away, the lockfile of another compiler.
const sources = readdirSync('assembly').map((file) => `assembly/${file}`)
const newest = Math.max(
  ...['assembly', 'src/forest/shape-limits.ts', 'asconfig.json', 'package-lock.json', ...sources].map(
    changedAt,
  ),
)

/** Ids of a module's sections: after 8 bytes of preamble each has an id, its size in LEB128, and its content. */
function sectionIds(bytes) {
  const ids = []
  let at = 8
  while (at < bytes.length) {
    ids.push(bytes[at++])
    let size = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      size |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    at += size
  }
  return ids
}

const named = process.argv.slice(2)
for (const target of named.length > 0 ? named : Object.keys(config.targets)) {
  const { outFile, debug } = config.targets[target]
  if (changedAt(outFile) > newest) continue
  mkdirSync(dirname(outFile), { recursive: true })
  const { error } = await asc.main(['--config', 'asconfig.json', '--target', target], {
    stdout: process.stdout,
    stderr: process.stderr,
  })
  if (error) process.exit(1)
  if (debug) continue
  const bytes = readFileSync(outFile)
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(
    (i) => `${i.module}.${i.name}`,
  )
  if (sectionIds(bytes).includes(DATA_SECTION) || imports.join() !== 'env.memory') {
    console.error(`${outFile}: must have no data segment and import env.memory alone, imports ${imports}`)
    rmSync(outFile)
    process.exit(1)
  }
}
