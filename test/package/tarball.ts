import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const run = promisify(execFile)
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A program that the development packages bring. */
export const bin = (name: string): string => join(root, 'node_modules/.bin', name)

export interface Tarball {
  readonly file: string
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/** A new empty folder outside the project, so that nothing is resolved from the project by accident. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'codeflow-sentinel-'))
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}

let packed: Promise<Omit<Tarball, 'file'> & { readonly filename: string; readonly bytes: Buffer }> | undefined

/** The package as it would be published, from the build that is there: packed once for the files of a worker. */
export async function packTarball(folder: string): Promise<Tarball> {
  packed ??= pack()
  const { filename, files, bytes } = await packed
  const file = join(folder, filename)
  await writeFile(file, bytes)
  return { file, files }
}

async function pack() {
  const folder = await temporaryFolder()
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  })
  const [{ filename, files }] = JSON.parse(stdout)
  const bytes = await readFile(join(folder, filename))
  await removeFolder(folder)
  return { filename, files, bytes }
}

/** Unpacks the package as `folder`/`name`. */
export async function unpackTarball({ file }: Tarball, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await run('tar', ['xzf', file, '-C', folder])
  if (name !== 'package') await rename(join(folder, 'package'), join(folder, name))
}
