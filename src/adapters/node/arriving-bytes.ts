import type { IncomingMessage } from 'node:http'

/** Whether a request without `content-length` may have a body: by HTTP/1 it is in chunks, HTTP/2 does not say. */
export function mayArriveInChunks({ headers, httpVersionMajor, method }: IncomingMessage): boolean {
  if (httpVersionMajor < 2) return headers['transfer-encoding'] !== undefined
  return method !== 'GET' && method !== 'HEAD'
}

/**
 * Counts the bytes of a body where Node hands them over. A listener for data would do so, too, but make the request
 * flow before its handler wants it.
 */
export function countArriving(request: IncomingMessage): { readonly bytes: number } {
  const arrived = { bytes: request.readableLength }
  const { push } = request
  request.push = function counted(chunk: Uint8Array | null, encoding?: BufferEncoding): boolean {
    if (chunk !== null) arrived.bytes += chunk.length
    return push.call(this, chunk, encoding)
  }
  return arrived
}
