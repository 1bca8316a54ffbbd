import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { asksFor, HEALTH_AND_METRICS_PATHS } from '../access/watch-paths.js'
import type { App } from '../app.js'
import { answerClientError } from '../errors/client-error.js'
import {
  ADMIN_CONNECTIONS_MOST,
  HEADERS_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  LATE_CHECK_MS,
  REQUEST_TIMEOUT_MS,
} from '../limits.js'
import { errorAnswer } from '../schemas/error.js'
import { outliveAcceptErrors } from './accept-errors.js'
import { Connections } from './connections.js'
import { Pipelines } from './pipelines.js'

const NOT_FOUND = JSON.stringify(
  errorAnswer('SENTINEL_NOT_FOUND', `this listener serves ${[...HEALTH_AND_METRICS_PATHS].join(', ')}`),
)

/** Where the second listener listens. */
export interface AdminAddress {
  readonly host: string
  readonly port: number
}

/**
 * A second listener of an app for those who watch it: health and metrics, nothing else. It has its own limit of
 * connections, so that it answers when those of the first listener are used up, and it closes with the app.
 * @returns the URL where it listens
 * @throws the system's error (`EADDRINUSE`, `EACCES`, …) when the address cannot be had
 */
export async function listenForAdmin(app: App, { host, port }: AdminAddress): Promise<string> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: LATE_CHECK_MS,
    },
    only(HEALTH_AND_METRICS_PATHS, app.front.routing),
  )
  server.maxHeadersCount = 0
  server.timeout = IDLE_TIMEOUT_MS
  const connections = new Connections({ max: ADMIN_CONNECTIONS_MOST, patienceMs: HEADERS_TIMEOUT_MS })
  connections.watch(server)
  new Pipelines((socket) => connections.used(socket)).watch(server)
  outliveAcceptErrors(server, app.log)
  server.on('clientError', (error, socket: Socket) => {
    if (!connections.mayWait(error, socket)) answerClientError(error, socket)
  })
  server.listen(port, host)
  await once(server, 'listening')
  // Not before: the app may take a while to answer what is under way, and is watched meanwhile.
  app.server.once('close', () => shut(server, connections))
  return urlOf(server.address() as AddressInfo)
}

function only(paths: ReadonlySet<string>, listener: RequestListener): RequestListener {
  return (request, response) => {
    if (asksFor(paths, request.url)) {
      listener(request, response)
      return
    }
    response.writeHead(404, { 'content-type': 'application/json; charset=utf-8' })
    response.end(NOT_FOUND)
  }
}

/** What is not answered by now is no more than a scrape: those who watch come back. */
function shut(server: Server, connections: Connections): void {
  server.close()
  for (const socket of connections) socket.destroySoon()
}

function urlOf({ family, address, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
