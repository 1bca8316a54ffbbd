import { readFile, stat } from 'node:fs/promises'
import { IsolationForest } from '../forest/isolation-forest.js'
import { quoted } from '../text/quoted.js'
import { ConfigError } from './config.js'
import { Environment } from './schema.js'

/** As the schema of SENTINEL_FOREST says. */
const MAX_BYTES = 64 * 2 ** 20
/** The first bytes of what `IsolationForest.toBytes` gives. */
const MAGIC = 'SIFO'
/** A path is told by its end. */
const SHOWN_CHARS = 300

/**
 * Hands on the forest of a file, as bytes: those that the file holds, or those of the scikit-learn document in it.
 * @throws ConfigError in one line when the file, or what `use` made of it, is no good
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
  // A pipe might never end.
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
