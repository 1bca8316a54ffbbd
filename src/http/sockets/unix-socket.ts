import { once } from 'node:events'
import { existsSync, lstatSync, type Stats, unlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import process from 'node:process'
import type { SocketConfig } from '../../config/config.js'
import { quoted } from '../../text/quoted.js'
import { letInBy } from '../access/socket-callers.js'
import type { App } from '../app.js'
import {
  HEADER_LIMIT_BYTES,
  HEADERS_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  LATE_CHECK_MS,
  REQUEST_TIMEOUT_MS,
} from '../limits.js'

const ALL_RIGHTS = 0o777

/**
 * Has an app listen on a Unix socket, too, as it does on its port. Who may write to the file may call. A socket that a
 * process left behind is taken over. The file is removed when the app no longer listens, or the process ends.
 * @returns the address as clients take it
 * @throws Error in one line: the path is in use, is no socket, or cannot be had
 */
export async function listenOnSocket(app: App, { path, mode }: SocketConfig): Promise<string> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: LATE_CHECK_MS,
      maxHeaderSize: HEADER_LIMIT_BYTES,
      keepAliveTimeout: app.server.keepAliveTimeout,
    },
    app.routing,
  )
  server.timeout = IDLE_TIMEOUT_MS
  letInBy(server)
  try {
    await makeWay(path)
    app.adoptServer(server)
    bind(server, path, mode)
    await once(server, 'listening')
  } catch (error) {
    // Node says that it may not be, where there is no folder.
    const failure = existsSync(dirname(path)) ? (error as NodeJS.ErrnoException) : NO_FOLDER
    throw new Error(`SENTINEL_SOCKET=${quoted(path, path.length)} cannot be used: ${reasonOf(failure)}`)
  }
  removeAtExit(server, path)
  return `unix:${path}`
}

/** The file is made at once, and must not be there with more rights even for a moment. */
function bind(server: Server, path: string, mode: number): void {
  const before = process.umask(ALL_RIGHTS & ~mode)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
}

/** Removes a socket that nobody listens at. @throws Error where something else is there */
async function makeWay(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) throw new Refusal(`there is ${kindOf(found)} at that path, and no socket`)
  if (await isAnswered(path)) throw new Refusal('somebody listens there already')
  // Whoever else is about to take it over has made a new one.
  if (lstatSync(path, { throwIfNoEntry: false })?.ino === found.ino) unlinkSync(path)
}

class Refusal extends Error {}

const NO_FOLDER = new Refusal('its folder does not exist')

function kindOf(found: Stats): string {
  if (found.isFile()) return 'a file'
  if (found.isDirectory()) return 'a folder'
  return found.isSymbolicLink() ? 'a link' : 'something else'
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      // Too many wait at it, or it is of another kind.
      else if (error.code === 'EAGAIN' || error.code === 'EPROTOTYPE') resolve(true)
      else reject(error)
    })
  })
}

/** A server that is closed has removed its file, and another process may have one there by now. */
function removeAtExit(server: Server, path: string): void {
  process.once('exit', () => {
    if (!server.listening) return
    try {
      unlinkSync(path)
    } catch {
      // It is gone already.
    }
  })
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error instanceof Refusal) return error.message
  switch (error.code) {
    case 'ENOTDIR':
      return 'what should be its folder is none'
    case 'EACCES':
    case 'EPERM':
      return 'this user may not make or use it there'
    case 'EROFS':
      return 'its folder is on a read-only file system'
    case 'EADDRINUSE':
      return 'somebody listens there already'
    default:
      return error.message.split('\n', 1)[0] ?? ''
  }
}
