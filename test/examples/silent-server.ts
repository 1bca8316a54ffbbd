import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { onTestFinished } from 'vitest'
import { freePort } from '../free-port.js'

/** The address of something that takes connections and never answers; it ends with the test. */
export async function silentServer(): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The address of nothing: a port that was free a moment ago. */
export async function deadAddress(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`
}
