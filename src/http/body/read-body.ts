import type { IncomingMessage } from 'node:http'
import { ApiError } from '../errors/error-codes.js'
import { GrowingBytes } from './growing-bytes.js'

/** Of a long body so much is read before others have their turn. */
const PAUSE_BYTES = 256 * 1024

/** Its `then` runs once Node has parsed the packet at hand. */
const packetParsed = Promise.resolve()

/**
 * Reads a whole body as UTF-8.
 * @param limit in bytes
 * @param done called once, with an `ApiError` when the body is above the limit or does not arrive whole
 */
export function readBody(
  message: IncomingMessage,
  limit: number,
  done: (error: ApiError | null, body: string) => void,
): void {
  readBytes(message, limit, (error, body) => done(error, body === null ? '' : body.toString()))
}

/**
 * Reads a whole body. Nearly every body of a single record comes in one packet with its headers. Node has parsed all of
 * the packet by the time the next promise job runs, and then the body is taken out in one read. Listening for chunks and
 * for the end, which bodies in several packets need, makes a request a fifteenth dearer.
 * @param limit in bytes
 * @param done called once: with the body, null for an empty one; or with an `ApiError` when it is above the limit or does
 *   not arrive whole
 * @param largeRoom gives room for a large one
 */
export function readBytes(
  message: IncomingMessage,
  limit: number,
  done: (error: ApiError | null, body: Buffer | null) => void,
  largeRoom?: (bytes: number) => Buffer,
): void {
  const announced = Number(message.headers['content-length'])
  if (announced > limit) {
    done(tooLarge(limit), null)
    return
  }
  void packetParsed.then(() => {
    if (message.readableLength === announced) done(null, message.read() as Buffer | null)
    else collect(message, announced, limit, done, largeRoom)
  })
}

/** @param announced in bytes, NaN when the client does not say */
function collect(
  message: IncomingMessage,
  announced: number,
  limit: number,
  done: (error: ApiError | null, body: Buffer | null) => void,
  largeRoom?: (bytes: number) => Buffer,
): void {
  const body = new GrowingBytes(Number.isNaN(announced) ? limit : announced, largeRoom)
  const end = (error: ApiError | null): void => {
    message.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut)
    done(error, error === null ? body.bytes() : null)
  }
  let pauseAt = PAUSE_BYTES
  const onData = (chunk: Buffer): void => {
    if (!body.add(chunk)) {
      if (Number.isNaN(announced)) end(tooLarge(limit))
      else onCut()
      return
    }
    if (body.length < pauseAt) return
    // What has come already is read in one go, 2 MiB and more, and others wait meanwhile.
    pauseAt = body.length + PAUSE_BYTES
    message.pause()
    setImmediate(() => message.resume())
  }
  const onEnd = (): void => {
    if (body.length !== announced && !Number.isNaN(announced)) onCut()
    else end(null)
  }
  const onCut = (): void =>
    end(new ApiError('SENTINEL_INVALID_REQUEST', 'the body is not as long as content-length says'))
  message.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut)
  // A connection that was lost before will emit nothing more.
  if (message.destroyed) onCut()
}

/** @param limit in bytes */
export function tooLarge(limit: number): ApiError {
  return new ApiError('SENTINEL_BODY_TOO_LARGE', `the body must be at most ${limit / 1024} KiB`)
}
