import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import process from 'node:process'
import { Readable, Transform, type TransformCallback } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CommandError, EXIT } from '../exit.js'
import { LineSplitter } from './line-splitter.js'

const GZIP = Buffer.of(0x1f, 0x8b)
const CHUNK_BYTES = 256 * 1024

/** Told how many bytes of a file have been read, and of how many; of a pipe nobody knows. */
export type OnRead = (file: string, bytes: number, of: number | null) => void

/**
 * The lines of a file in portions, as they are read: text with or without gzip; `-` is the standard input.
 * @throws CommandError where it cannot be read
 */
export async function* readLines(path: string, onRead: OnRead): AsyncGenerator<string[]> {
  try {
    yield* lines(await opened(path, onRead))
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(EXIT.input, `${path} cannot be read: ${reasonOf(error as NodeJS.ErrnoException)}`)
  }
}

async function opened(path: string, onRead: OnRead): Promise<Readable> {
  const size = path === '-' ? null : await sizeOf(path)
  const source = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES })
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      bytes += chunk.length
      onRead(path, bytes, size)
      done(null, chunk)
    },
  })
  source.once('error', (error: Error) => counted.destroy(error))
  const first = await firstChunk(source.pipe(counted))
  if (first === null) return Readable.from([])
  counted.unshift(first)
  if (!first.subarray(0, 2).equals(GZIP)) return counted
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES })
  counted.once('error', (error) => unpacked.destroy(error))
  return counted.pipe(unpacked)
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path)
  if (found.isDirectory()) throw new Error('it is a folder')
  return found.isFile() ? found.size : null
}

function firstChunk(stream: Readable): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const take = (): void => {
      const chunk: Buffer | null = stream.read()
      if (chunk === null) return
      settle()
      resolve(chunk)
    }
    const end = (): void => {
      settle()
      resolve(null)
    }
    const fail = (error: Error): void => {
      settle()
      reject(error)
    }
    const settle = () => stream.off('readable', take).off('end', end).off('error', fail)
    stream.on('readable', take).on('end', end).on('error', fail)
  })
}

async function* lines(stream: Readable): AsyncGenerator<string[]> {
  const splitter = new LineSplitter()
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const whole = splitter.add(chunk)
    if (whole.length > 0) yield whole
  }
  const last = splitter.end()
  if (last.length > 0) yield last
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'it may not be read by this user'
  if (code?.startsWith('Z_') || code === 'ERR_BUFFER_OUT_OF_BOUNDS') return 'its gzip is damaged'
  return message.split('\n', 1)[0] ?? ''
}
