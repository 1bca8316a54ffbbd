import { type FileHandle, open } from 'node:fs/promises'
import { vi } from 'vitest'

/**
 * Lets an operation of every open file fail as a disk or a network share would have it.
 * @param concerns which files; all without it
 */
export async function failingFiles(
  operation: 'writeFile' | 'sync' | 'readFile',
  code: string,
  concerns: (file: FileHandle) => Promise<boolean> = async () => true,
) {
  const some = await open('/dev/null')
  const files = Object.getPrototypeOf(some) as FileHandle
  await some.close()
  const real = files[operation] as (...args: unknown[]) => Promise<never>
  return vi.spyOn(files, operation).mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
    if (await concerns(this)) throw Object.assign(new Error(`${code}: ${operation}`), { code })
    return real.apply(this, args)
  })
}
