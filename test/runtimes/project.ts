import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { packTarball, removeFolder, root, temporaryFolder, unpackTarball } from '../package/tarball.js'

const PROGRAMS = ['command', 'thread', 'url', 'page', 'web-worker', 'heart-command', 'heart-worker']

/** A folder with the packed package under node_modules and as plain files, and the programs that use it. */
export interface Project {
  readonly folder: string
  remove(): Promise<void>
}

export async function createProject(): Promise<Project> {
  const folder = await temporaryFolder()
  const modules = join(folder, 'node_modules')
  const tarball = await packTarball(folder)
  await unpackTarball(tarball, modules, 'codeflow-sentinel')
  await mkdir(join(modules, '@assemblyscript'))
  await cp(join(root, 'node_modules/@assemblyscript/loader'), join(modules, '@assemblyscript/loader'), {
    recursive: true,
  })
  await symlink(join(modules, 'codeflow-sentinel'), join(folder, 'package'), 'junction')
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', dependencies: { 'codeflow-sentinel': '*' } }),
  )
  await writeFile(join(folder, 'page.html'), '<!doctype html><script type="module" src="page.js"></script>')
  await build({
    entryPoints: PROGRAMS.map((name) => join(root, `test/runtimes/programs/${name}.ts`)),
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['codeflow-sentinel/*'],
    // Not the project's paths: programs name the package as its users do.
    tsconfigRaw: '{}',
    logLevel: 'error',
  })
  return { folder, remove: () => removeFolder(folder) }
}
