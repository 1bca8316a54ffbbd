import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closedLoop, type Extent } from '../../bench/http/load.js'
import { hasTool, skipped } from '../deploy/tool.js'

const bodies = ['{"latency":1}', '{"latency":2}', '{"latency":3}']
const wrk = hasTool('wrk', { installedByCi: true })

let server: Server
let url: string
let received: string[]
let status: number

beforeEach(async () => {
  received = []
  status = 200
  server = createServer(async (request, response) => {
    received.push(`${request.method} ${request.url} ${await text(request)}`)
    response.writeHead(status).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/where`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** How a load ends, what sends it, and whether that is there. */
const EXTENTS: readonly (readonly [string, Extent, boolean])[] = [
  ['so many seconds', { seconds: 1 }, wrk],
  ['so many requests', { amount: 30 }, true],
]

for (const [name, extent, there] of EXTENTS) {
  const end = 'seconds' in extent ? skipped('wrk', there) : ''
  describe.skipIf(!there)(`a closed loop of ${name}${end}`, () => {
    it('posts the bodies in a cycle and counts what is answered', async () => {
      const found = await closedLoop(url, { connections: 2, bodies, ...extent })
      // Those under way at the end are received and not counted.
      expect(received.length - found.requests).toBeGreaterThanOrEqual(0)
      expect(received.length - found.requests).toBeLessThanOrEqual(2)
      if ('amount' in extent) expect(found.requests).toBe(extent.amount)
      for (const body of bodies) {
        const times = received.filter((each) => each === `POST /where ${body}`).length
        expect(Math.abs(times - received.length / bodies.length)).toBeLessThanOrEqual(1)
      }
      expect(found.perSecond).toBeGreaterThan(0)
      expect(found.p50Ms).toBeGreaterThan(0)
      expect(found.p99Ms).toBeGreaterThanOrEqual(found.p50Ms)
      expect(found.maxMs).toBeGreaterThanOrEqual(found.p999Ms)
    })

    it('is no measurement where a request is refused', async () => {
      status = 503
      await expect(closedLoop(url, { connections: 2, bodies, ...extent })).rejects.toThrow()
    })
  })
}
