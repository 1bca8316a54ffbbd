import { readFile, stat } from 'node:fs/promises'
import { IsolationForest } from '../forest/isolation-forest.js'
import { quoted } from '../text/quoted.js'
import { ConfigError } from './config-error.js'
import { Environment } from './schema.js'

/** The limit that the schema of SENTINEL_FOREST names. */
const MAX_BYTES = 64 * 2 ** 20
/** The first bytes of what `IsolationForest.toBytes` gives. */
const MAGIC = 'SIFO'
/** How much of a path a message shows. */
const SHOWN_CHARS = 300

/**
 * Reads the forest of a file, which holds forest bytes or a scikit-learn document, and hands it on as forest bytes.
 * @param use makes something of the forest; when it refuses, the file is to blame
 * @throws ConfigError in one line when the file cannot be read or `use` rejects
 */
export async function withForestFile<T>(path: string, use: (forest: Uint8Array) => Promise<T>): Promise<T> {
  try {
    return await use(await bytesOf(await contentOf(path)))
  } catch (error) {
    const { allowed } = Environment.properties.SENTINEL_FOREST
    const reason = reasonOf(error as NodeJS.ErrnoException)
    throw new ConfigError(
      'SENTINEL_FOREST',
      `SENTINEL_FOREST=${quoted(path, SHOWN_CHARS)} cannot be used: ${reason}; it must be ${allowed}`,
    )
  }
}

async function contentOf(path: string): Promise<Buffer> {
  const found = await stat(path)
  if (found.isDirectory()) throw new Error('it is a directory')
  // Reading a pipe might never end.
  if (!found.isFile()) throw new Error('it is no regular file')
  if (found.size > MAX_BYTES) throw new Error(`it has ${found.size} bytes`)
  const content = await readFile(path)
  if (content.length === 0) throw new Error('it is empty')
  return content
}

async function bytesOf(content: Buffer): Promise<Uint8Array> {
  if (content.toString('latin1', 0, MAGIC.length) === MAGIC) return content
  const forest = await IsolationForest.fromScikitLearn(jsonOf(content))
  return forest.toBytes()
}

function jsonOf(content: Buffer) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content))
  } catch {
    throw new Error('it is neither forest bytes nor JSON')
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read by this user'
  return message.replaceAll(/\s+/g, ' ')
}
