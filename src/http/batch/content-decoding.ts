import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { ApiError } from '../errors/error-codes.js'
import { tooLarge } from '../read-body.js'

type Decode = (body: Buffer, options: { maxOutputLength: number; chunkSize: number }) => Promise<Buffer>

/** Decoders write to room of this size; the default of 16 KiB makes many small pieces of a batch. */
const CHUNK_BYTES = 128 * 1024

const inflate: Decode = promisify(zlib.inflate)
const inflateRaw: Decode = promisify(zlib.inflateRaw)

/** By the name that `content-encoding` has for them. Zstandard came to Node with 22.15. */
const DECODERS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', promisify(zlib.gunzip)],
  ['x-gzip', promisify(zlib.gunzip)],
  // By the standard it has a zlib header; some clients leave it out.
  ['deflate', (body, options) => (hasZlibHeader(body) ? inflate : inflateRaw)(body, options)],
  ['br', promisify(zlib.brotliDecompress)],
  ...zstandard(),
])

/** What `content-encoding` may say. */
export const CONTENT_ENCODINGS: readonly string[] = [...DECODERS.keys()].filter((name) => name !== 'x-gzip')

/**
 * A body as it was before it was compressed. Node does the work on a thread of its own.
 * @param encoding of its `content-encoding` header
 * @param limit of the result, in bytes: a small body may hold a very large one
 * @throws ApiError when the encoding is unknown, the body is not of it, or the result is above the limit
 */
export async function decoded(body: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase()
  if (name === undefined || name === '' || name === 'identity') return body
  const decode = DECODERS.get(name)
  if (decode === undefined) throw unknownEncoding()
  try {
    return await decode(body, { maxOutputLength: limit, chunkSize: CHUNK_BYTES })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    throw new ApiError('SENTINEL_INVALID_REQUEST', `the body is not whole or not compressed with ${name}`)
  }
}

/** Whether `decoded` knows the encoding. */
export function isKnownEncoding(encoding: string | undefined): boolean {
  const name = encoding?.trim().toLowerCase() ?? ''
  return name === '' || name === 'identity' || DECODERS.has(name)
}

export function unknownEncoding(): ApiError {
  return new ApiError(
    'SENTINEL_UNSUPPORTED_MEDIA_TYPE',
    `content-encoding must be one of ${CONTENT_ENCODINGS.join(', ')}`,
  )
}

/** RFC 1950, 2.2: compression method 8, and the two bytes are a multiple of 31. */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && ((body[0] as number) & 15) === 8 && body.readUInt16BE(0) % 31 === 0
}

function zstandard(): [string, Decode][] {
  const { zstdDecompress } = zlib as { zstdDecompress?: typeof zlib.gunzip }
  return zstdDecompress === undefined ? [] : [['zstd', promisify(zstdDecompress) as Decode]]
}
