import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readBytes } from '../body/read-body.js'
import { BATCH_BODY_LIMIT_BYTES } from '../limits.js'
import { byteOrderMark, charsetRefusal } from '../plugins/json-body.js'
import type { BatchLoad } from './batch-load.js'
import {
  CONTENT_ENCODINGS,
  decoded,
  isCompressed,
  isKnownEncoding,
  unknownEncoding,
} from './content-decoding.js'

export const JSON_TYPE = 'application/json'
/** What bodies of records may be. */
export const RECORD_TYPES = [JSON_TYPE, 'application/x-ndjson', 'application/ndjson', 'application/jsonl']
const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf)

/** Has `request.body` of the routes in this scope be the bytes of a batch, as they came. */
export function takeBatchBodies(app: FastifyInstance, load: BatchLoad, types: readonly string[]): void {
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', checkEncoding)
  app.addContentTypeParser([...types], (request, message, next) => {
    const refusal = charsetRefusal(request)
    if (refusal !== null) {
      next(refusal)
      return
    }
    const announced = Number(message.headers['content-length'] ?? BATCH_BODY_LIMIT_BYTES)
    const release = load.takeIn(Math.min(announced, BATCH_BODY_LIMIT_BYTES))
    const done = (failure: Error | null, body: Buffer | null): void => {
      release()
      if (failure !== null) next(failure)
      else next(null, body ?? Buffer.alloc(0))
    }
    // What is compressed is small, and the room is for what comes of it.
    const roomOf = isCompressed(message.headers['content-encoding'])
      ? undefined
      : () => load.rooms.lend(request)
    readBytes(message, BATCH_BODY_LIMIT_BYTES, done, roomOf)
  })
}

/**
 * The text of a batch: to be read no more once the room of the request was taken back.
 * @throws ApiError where it cannot be had from the body
 */
export async function textOfBatch(request: FastifyRequest, { rooms }: BatchLoad): Promise<Buffer> {
  const bytes = await decoded(
    request.body as Buffer,
    request.headers['content-encoding'],
    BATCH_BODY_LIMIT_BYTES,
    () => rooms.lend(request),
  )
  if (bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) throw byteOrderMark()
  return bytes
}

/** Refused before the body is read, and the answer says what may be sent instead (RFC 9110, 12.5.3). */
async function checkEncoding({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (isKnownEncoding(headers['content-encoding'])) return
  reply.header('accept-encoding', CONTENT_ENCODINGS.join(', '))
  throw unknownEncoding()
}
