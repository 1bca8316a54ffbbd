import { constants, open } from 'node:fs/promises'
import { getHeapStatistics } from 'node:v8'
import { IsolationForest } from '../forest/isolation-forest.js'
import { MAX_TREES } from '../forest/shape-limits.js'
import { jsonBounds } from '../text/json-bounds.js'
import { quoted } from '../text/quoted.js'
import { ConfigError } from './config-error.js'
import { Environment } from './schema.js'

const MIB = 2 ** 20
/** The limit that the schema of SENTINEL_FOREST names. */
export const MAX_FOREST_BYTES = 64 * MIB
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
    return await use(await readForestFile(path))
  } catch (error) {
    const { allowed } = Environment.properties.SENTINEL_FOREST
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ')
    throw new ConfigError(
      'SENTINEL_FOREST',
      `SENTINEL_FOREST=${quoted(path, SHOWN_CHARS)} cannot be used: ${reason}; it must be ${allowed}`,
    )
  }
}

/**
 * The forest of a file as forest bytes.
 * @throws Error saying why it cannot be had
 */
export async function readForestFile(path: string): Promise<Uint8Array> {
  try {
    return await bytesOf(await contentOf(path))
  } catch (error) {
    throw new Error(reasonOf(error as NodeJS.ErrnoException))
  }
}

async function contentOf(path: string): Promise<Buffer> {
  // A pipe that nobody writes to would be waited for.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const found = await file.stat()
    if (found.isDirectory()) throw new Error('it is a directory')
    if (!found.isFile()) throw new Error('it is no regular file')
    if (found.size > MAX_FOREST_BYTES) throw new Error(`it has ${found.size} bytes`)
    const content = await file.readFile()
    if (content.length === 0) throw new Error('it is empty')
    return content
  } finally {
    await file.close()
  }
}

async function bytesOf(content: Buffer): Promise<Uint8Array> {
  if (content.toString('latin1', 0, MAGIC.length) === MAGIC) return content
  const forest = await IsolationForest.fromScikitLearn(jsonOf(content))
  return forest.toBytes()
}

/** What a document of a forest holds at most: the largest there can be, and rows that it was fitted on. */
const DEPTH = 4
const OBJECTS_MOST = MAX_TREES + 1
const ROWS_MOST = 1_000_000
const ARRAYS_MOST = 5 * MAX_TREES + ROWS_MOST + 3
/** Bytes that a parser takes for a value, and for an array or an object, generously. */
const VALUE_BYTES = 16
const HOLDER_BYTES = 128

function jsonOf(content: Buffer) {
  const { depth, objects, arrays, commas } = jsonBounds(content)
  if (depth > DEPTH || objects > OBJECTS_MOST || arrays > ARRAYS_MOST) {
    throw new Error('it holds more arrays and objects than a forest has')
  }
  const neededBytes = VALUE_BYTES * commas + HOLDER_BYTES * (objects + arrays) + content.length
  const { heap_size_limit: mostBytes, used_heap_size: usedBytes } = getHeapStatistics()
  if (neededBytes > mostBytes - usedBytes) {
    throw new Error(`to read it takes some ${Math.ceil(neededBytes / MIB)} MiB of memory, which is not there`)
  }
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
