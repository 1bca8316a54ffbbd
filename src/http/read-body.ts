import type { IncomingMessage } from 'node:http'
import { ApiError } from './errors/error-codes.js'

type Done = (error: ApiError | null, body: string) => void

/** Its `then` runs once Node has parsed the packet at hand. */
const packetParsed = Promise.resolve()

/**
 * Reads a whole body as UTF-8. Nearly every body comes in one packet with its headers. Node has parsed all of the
 * packet by the time the next promise job runs, and then the body is taken out in one read. Listening for chunks and for the
 * end, which bodies in several packets need, makes a request a fifteenth dearer.
 * @param limit in bytes
 * @param done called once, with an `ApiError` when the body is above the limit or does not arrive whole
 */
export function readBody(message: IncomingMessage, limit: number, done: Done): void {
  const announced = Number(message.headers['content-length'])
  if (announced > limit) {
    done(tooLarge(limit), '')
    return
  }
  void packetParsed.then(() => {
    if (message.readableLength === announced) {
      const body: Buffer | null = message.read()
      done(null, body === null ? '' : body.toString())
    } else {
      collect(message, announced, limit, done)
    }
  })
}

/** @param announced in bytes, NaN when the client does not say */
function collect(message: IncomingMessage, announced: number, limit: number, done: Done): void {
  const chunks: Buffer[] = []
  let bytes = 0
  const end = (error: ApiError | null, body = ''): void => {
    message.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut)
    done(error, body)
  }
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes > limit) end(tooLarge(limit))
    else chunks.push(chunk)
  }
  const onEnd = (): void => {
    if (bytes !== announced && !Number.isNaN(announced)) onCut()
    else end(null, Buffer.concat(chunks, bytes).toString())
  }
  const onCut = (): void =>
    end(new ApiError('SENTINEL_INVALID_REQUEST', 'the body is not as long as content-length says'))
  message.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut)
  // A connection that was lost before will emit nothing more.
  if (message.destroyed) onCut()
}

function tooLarge(limit: number): ApiError {
  return new ApiError('SENTINEL_BODY_TOO_LARGE', `the body must be at most ${limit / 1024} KiB`)
}
