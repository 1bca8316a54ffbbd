import { createHmac } from 'node:crypto'

/**
 * The headers by which a receiver knows that a body comes from whoever holds the secret, and when: an HMAC-SHA256 of
 * the time, a dot and the body's bytes. The time is that of the try, so a receiver may refuse what is old.
 */
export function signatureHeaders(secret: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const mac = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
  return { 'x-sentinel-timestamp': timestamp, 'x-sentinel-signature': `sha256=${mac}` }
}
