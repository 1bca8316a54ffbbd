import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../test/chaos/corpus/', import.meta.url))

/** The inputs that are kept of a target: each runs something that no other does. */
export function corpusOf(target: string): Buffer[] {
  const folder = join(FOLDER, target)
  mkdirSync(folder, { recursive: true })
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)))
}

/** Keeps one more; it is named by what is in it. */
export function keep(target: string, input: Uint8Array): string {
  const name = createHash('sha256').update(input).digest('hex').slice(0, 16)
  const path = join(FOLDER, target, name)
  writeFileSync(path, input)
  return path
}
