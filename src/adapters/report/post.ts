import type { Agent, RequestOptions } from 'node:http'
import { builtin } from '../../runtime/builtin.js'
import type { SidecarAddress } from './sidecar-address.js'

export interface SidecarAnswer {
  readonly status: number
  readonly body: string
}

/**
 * Posts one batch; rejects when there is no answer within the time.
 * @param key under which the sidecar judges it once, however often it is sent
 */
export type Post = (body: string, key?: string) => Promise<SidecarAnswer>

/** An answer with the anomalies of a full batch stays well below it. */
const MAX_ANSWER_CHARS = 2 * 2 ** 20

type Http = Pick<typeof import('node:http'), 'request' | 'Agent'>

/**
 * A way to the sidecar: over one connection that is kept, with Node's own client where there is one, for it costs a
 * third of `fetch`; and it alone knows Unix sockets.
 * @throws TypeError for a Unix socket where there is no Node
 */
export function postTo(address: SidecarAddress, token: string | undefined, timeoutMs: number): Post {
  const headers = {
    'content-type': 'application/x-ndjson',
    // An empty variable is one that is not set.
    ...(token !== undefined && token !== '' && { authorization: `Bearer ${token}` }),
  }
  const http = builtin<Http>(address.protocol === 'https:' ? 'node:https' : 'node:http')
  if (http !== undefined) return overNode(http, address, headers, timeoutMs)
  if (address.socketPath !== undefined)
    throw new TypeError('report: this runtime has no Unix sockets; give the sidecar as http://host:port')
  return overFetch(address, headers, timeoutMs)
}

function overNode(
  { request, Agent }: Http,
  { hostname, port, path, socketPath }: SidecarAddress,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Post {
  const agent: Agent = new Agent({ keepAlive: true, maxSockets: 1 })
  // An address of IPv6 stands in brackets in a URL, and in no other place.
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const to: RequestOptions =
    socketPath === undefined ? { host, ...(port !== '' && { port }) } : { socketPath }
  return (body, key) =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs)
      const length = new TextEncoder().encode(body).byteLength
      const options = { ...to, agent, path, method: 'POST', signal }
      const own = { ...headers, ...keyHeader(key), 'content-length': length }
      const sent = request({ ...options, headers: own }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
          if (text.length > MAX_ANSWER_CHARS) response.destroy(new Error('the answer is too long'))
        })
        response.once('error', reject)
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      })
      // A connection that waits for the next batch keeps no process alive.
      sent.once('socket', (socket) => socket.unref())
      sent.once('error', reject)
      sent.end(body)
    })
}

function overFetch(
  { protocol, hostname, port, path }: SidecarAddress,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Post {
  const url = `${protocol}//${hostname}${port === '' ? '' : `:${port}`}${path}`
  return async (body, key) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const own = { ...headers, ...keyHeader(key) }
    const response = await fetch(url, { method: 'POST', headers: own, body, signal, redirect: 'error' })
    return { status: response.status, body: await response.text() }
  }
}

function keyHeader(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { 'idempotency-key': key }
}
