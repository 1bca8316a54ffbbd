import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type LoadResult, summary } from './load-result.js'
import { wireRequest } from './traffic.js'

export interface PacedLoad {
  connections: number
  bodies: readonly string[]
  /** How many fall due in a second; without end where each connection is to send as soon as it is free. */
  perSecond: number
  amount: number
}

const TICK_MS = 1

/**
 * Sends at a steady rate, however the server fares: a request that finds no connection free waits, and its wait
 * counts.
 */
export async function pacedLoad(url: string, load: PacedLoad): Promise<LoadResult> {
  const { hostname, port, pathname } = new URL(url)
  const requests = load.bodies.map((body) => wireRequest(body, pathname))
  const sockets = Array.from({ length: load.connections }, () => connect(Number(port), hostname).setNoDelay())
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const free = [...sockets]
  const sentAt = new Map<Socket, number>()
  const waiting: number[] = []
  const latencies: number[] = []
  const startedMs = performance.now()
  let due = 0

  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
      reject(error)
    }
    const send = (socket: Socket, since: number): void => {
      sentAt.set(socket, since)
      socket.write(requests[(due + latencies.length) % requests.length] as Buffer)
    }
    for (const socket of sockets) {
      socket.on('error', fail)
      socket.on('data', (chunk) => {
        if (!chunk.toString('latin1', 0, 12).endsWith(' 200'))
          return fail(new Error(chunk.toString('latin1')))
        latencies.push(performance.now() - (sentAt.get(socket) as number))
        const since = waiting.shift()
        if (since === undefined) free.push(socket)
        else send(socket, Number.isFinite(load.perSecond) ? since : performance.now())
        if (latencies.length === load.amount) {
          for (const each of sockets) each.destroy()
          resolve(summary(latencies, performance.now() - startedMs))
        }
      })
    }
    const timer = setInterval(() => {
      const now = performance.now()
      const dueNow = Math.min(load.amount, Math.floor(((now - startedMs) * load.perSecond) / 1000))
      for (; due < dueNow; due++) {
        const socket = free.shift()
        if (socket === undefined) waiting.push(now)
        else send(socket, performance.now())
      }
      if (due === load.amount) clearInterval(timer)
    }, TICK_MS)
  })
}
