import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StateError } from '../section.js'

/** Larger than a state of the largest settings; what is larger is not read. */
export const MAX_STATE_BYTES = 2 ** 28

/**
 * Neither a link, which may lead anywhere, nor a pipe, which may never end. Systems that do not know these flags have
 * no use for them.
 */
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** How file systems say that they cannot sync, rather than that it failed: network shares, FUSE, Windows. */
const NO_SYNC = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])
const NO_FOLDER_SYNC = new Set([...NO_SYNC, 'EPERM', 'EACCES', 'EISDIR', 'EBADF'])

/**
 * All bytes of a file; null where there is none.
 * @throws StateError for what is no file, or none that can be a state
 */
export async function readWhole(path: string): Promise<Uint8Array | null> {
  const file = await openToRead(path)
  if (file === null) return null
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new StateError('it is no regular file')
    if (found.size > MAX_STATE_BYTES) throw new StateError(`${found.size} bytes are too many`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/** The same at once, for what nobody can wait for. @throws StateError */
export function readWholeNow(path: string): Uint8Array | null {
  let file: number
  try {
    file = openSync(path, READ_ONLY)
  } catch (error) {
    return absentOr(error as NodeJS.ErrnoException)
  }
  try {
    const found = fstatSync(file)
    if (!found.isFile()) throw new StateError('it is no regular file')
    if (found.size > MAX_STATE_BYTES) throw new StateError(`${found.size} bytes are too many`)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Writes a file beside the old one, brings it to the disk and renames it over that: whoever looks, whenever the power
 * fails, finds the old or the new one, whole. Readable by the service's user only.
 */
export async function replaceWhole(path: string, bytes: Uint8Array): Promise<void> {
  const newPath = `${path}.new`
  // Whatever stands there, a link above all, is not to be written through.
  await rm(newPath, { force: true })
  const file = await open(newPath, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await sync(file, NO_SYNC)
  } finally {
    await file.close()
  }
  await rename(newPath, path)
  await syncFolder(dirname(path))
}

async function openToRead(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, READ_ONLY)
  } catch (error) {
    return absentOr(error as NodeJS.ErrnoException)
  }
}

/** @returns null where there is no such file @throws the error, or what it says of the file */
function absentOr(error: NodeJS.ErrnoException): null {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return null
    case 'ELOOP':
      throw new StateError('it is a symbolic link')
    case 'ENXIO':
      throw new StateError('it is no regular file')
    default:
      throw error
  }
}

/** Until the folder is on the disk, too, a power failure may undo the renaming. */
async function syncFolder(dir: string): Promise<void> {
  try {
    const folder = await open(dir, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

async function sync(file: FileHandle, unable: ReadonlySet<string>): Promise<void> {
  try {
    await file.sync()
  } catch (error) {
    if (!unable.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
