import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from './app.js'
import { answerClientError } from './errors/client-error.js'
import { errorAnswer } from './schemas/error.js'

const MAX_CONNECTIONS = 64
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
const LATE_CHECK_MS = 2_000

const SERVED: ReadonlySet<string> = new Set(['/health', '/health/live', '/health/ready', '/metrics'])
const NOT_FOUND = JSON.stringify(
  errorAnswer('SENTINEL_NOT_FOUND', `this listener serves ${[...SERVED].join(', ')}`),
)

/** Where to listen besides. */
export interface AdminAddress {
  readonly host: string
  readonly port: number
}

/**
 * A second listener of an app for those who watch it: health and metrics, nothing else. It has its own limit of
 * connections, so that it is reached when the first is full, and it closes with the app.
 * @returns where it listens
 */
export async function listenForAdmin(app: App, { host, port }: AdminAddress): Promise<string> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: LATE_CHECK_MS,
    },
    only(SERVED, app.routing),
  )
  server.maxConnections = MAX_CONNECTIONS
  server.on('clientError', answerClientError)
  server.listen(port, host)
  await once(server, 'listening')
  // By the time the app's own server has answered all, nobody needs to watch any more.
  app.server.once('close', () => shut(server))
  return urlOf(server.address() as AddressInfo)
}

function only(paths: ReadonlySet<string>, listener: App['routing']): RequestListener {
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1)
    if (paths.has(path)) {
      listener(request, response)
      return
    }
    response.writeHead(404, { 'content-type': 'application/json; charset=utf-8' })
    response.end(NOT_FOUND)
  }
}

function shut(server: Server): void {
  server.close()
  server.closeIdleConnections()
}

function urlOf({ family, address, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
