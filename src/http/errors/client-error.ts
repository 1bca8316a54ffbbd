import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { errorAnswer } from '../schemas/error.js'
import { ERROR_STATUS, type ErrorCode } from './error-codes.js'

const BY_CODE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['SENTINEL_REQUEST_TIMEOUT', 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: ['SENTINEL_HEADERS_TOO_LARGE', 'the request line and headers are too large'],
}
const MALFORMED = ['SENTINEL_INVALID_REQUEST', 'the request is not valid HTTP'] as const

/** Answers what Node's HTTP parser refused, in the shape of every other error, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const [code, message] = BY_CODE[error.code ?? ''] ?? MALFORMED
  const status = ERROR_STATUS[code]
  const body = JSON.stringify(errorAnswer(code, message))
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
