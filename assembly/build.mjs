// Compiles assembly/ into the three modules of asconfig.json. A release module must be fit for several instances on one
// memory: a data segment would be written over it by each of them, and an import other than env.memory would be
// something that not every runtime has. Such a module fails the build.
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const config = JSON.parse(readFileSync(new URL('../asconfig.json', import.meta.url), 'utf8'))
process.chdir(fileURLToPath(new URL('..', import.meta.url)))

const DATA_SECTION = 11

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

for (const [target, { outFile, debug }] of Object.entries(config.targets)) {
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
    process.exit(1)
  }
}
