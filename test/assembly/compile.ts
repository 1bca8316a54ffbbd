import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const repository = new URL('../../', import.meta.url)

/** A change to a source: a file of the repository, a line in it, and what stands there instead. */
export interface Change {
  readonly file: string
  readonly line: string
  readonly instead: string
}

export interface Compiled {
  /** Null when the compiler refused. */
  readonly module: Uint8Array<ArrayBuffer> | null
  /** What the compiler said. */
  readonly told: string
}

/** Compiles the module, not optimised, from the sources with one change; nothing is written to disk. */
export async function compileChanged({ file, line, instead }: Change): Promise<Compiled> {
  let module: Uint8Array<ArrayBuffer> | null = null
  const changed = sourceOf(file)?.replace(line, instead)
  if (changed === sourceOf(file)) throw new Error(`${file} has no ${line}`)
  const flags = ['--runtime', 'stub', '--importMemory', '--lowMemoryLimit', '16', '--use', 'abort=']
  const { error, stderr } = await asc.main(
    ['assembly/index.ts', ...flags, '--enable', 'simd', '--noAssert', '--outFile', 'changed.wasm'],
    {
      readFile: (name) => (name === file ? (changed ?? null) : sourceOf(name)),
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') module = new Uint8Array(contents)
      },
      listFiles: () => [],
    },
  )
  return { module: error === null ? module : null, told: stderr.toString() }
}

function sourceOf(name: string): string | null {
  try {
    return readFileSync(fileURLToPath(new URL(name, repository)), 'utf8')
  } catch {
    return null
  }
}
