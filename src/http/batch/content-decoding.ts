import * as zlib from 'node:zlib'
import { GrowingBytes } from '../body/growing-bytes.js'
import { tooLarge } from '../body/read-body.js'
import { ApiError } from '../errors/error-codes.js'

/** Makes what decodes one body. */
type Decoder = (body: Buffer) => zlib.Gunzip | zlib.Inflate | zlib.InflateRaw | zlib.BrotliDecompress

/** Decoders write to room of this size; the default of 16 KiB makes many small pieces of a batch. */
const OPTIONS = { chunkSize: 128 * 1024 } as const

/** By the name that `content-encoding` has for them. Zstandard came to Node with 22.15. */
const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', () => zlib.createGunzip(OPTIONS)],
  ['x-gzip', () => zlib.createGunzip(OPTIONS)],
  // By the standard it has a zlib header; some clients leave it out.
  ['deflate', (body) => (hasZlibHeader(body) ? zlib.createInflate(OPTIONS) : zlib.createInflateRaw(OPTIONS))],
  ['br', () => zlib.createBrotliDecompress(OPTIONS)],
  ...zstandard(),
])

/** What `content-encoding` may say. */
export const CONTENT_ENCODINGS: readonly string[] = [...DECODERS.keys()].filter((name) => name !== 'x-gzip')

/**
 * A body as it was before it was compressed. Node does the work on a thread of its own, and others have their turn between
 * the pieces that come of it.
 * @param encoding of its `content-encoding` header
 * @param limit of the result, in bytes: a small body may hold a very large one
 * @param largeRoom gives room for a large one
 * @throws ApiError when the encoding is unknown, the body is not of it, or the result is above the limit
 */
export async function decoded(
  body: Buffer,
  encoding: string | undefined,
  limit: number,
  largeRoom?: (bytes: number) => Buffer,
): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase()
  if (!isCompressed(encoding)) return body
  const decoder = DECODERS.get(name ?? '')?.(body)
  if (decoder === undefined) throw unknownEncoding()
  decoder.end(body)
  const bytes = new GrowingBytes(limit, largeRoom)
  try {
    for await (const piece of decoder as AsyncIterable<Buffer>) if (!bytes.add(piece)) throw tooLarge(limit)
    return bytes.bytes()
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('SENTINEL_INVALID_REQUEST', `the body is not whole or not compressed with ${name}`)
  }
}

/** Whether `decoded` knows the encoding. */
export function isKnownEncoding(encoding: string | undefined): boolean {
  return !isCompressed(encoding) || DECODERS.has(encoding?.trim().toLowerCase() ?? '')
}

/** Whether a body of this `content-encoding` is another than what it was made of. */
export function isCompressed(encoding: string | undefined): boolean {
  const name = encoding?.trim().toLowerCase() ?? ''
  return name !== '' && name !== 'identity'
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

function zstandard(): [string, Decoder][] {
  const { createZstdDecompress } = zlib as { createZstdDecompress?: typeof zlib.createGunzip }
  return createZstdDecompress === undefined ? [] : [['zstd', () => createZstdDecompress(OPTIONS)]]
}
