import { afterAll, beforeAll, describe } from 'vitest'
import { RedisServer, WITHOUT_SERVER } from './bus/redis-server.js'

/** Other tests run beside these: how long anything may take that comes about by itself. */
export const WITHIN_MS = 120_000

let fleets = 0

/** A name that no other fleet of this server has. */
export function fleetName(): string {
  fleets += 1
  return `fleet-${fleets}`
}

/**
 * Tests around a Redis of their own, which is there before the first of them; left out by name where none is installed.
 * @param body is handed what gives the server, within tests
 */
export function describeFleet(
  name: string,
  body: (redis: () => RedisServer) => void,
  ...args: string[]
): void {
  const title = WITHOUT_SERVER ? `${name} (left out: no redis-server here)` : name
  describe.skipIf(WITHOUT_SERVER)(title, { timeout: 4 * WITHIN_MS }, () => {
    let server: RedisServer
    beforeAll(async () => {
      server = await RedisServer.start(...args)
    })
    afterAll(async () => {
      await server?.stop()
    })
    body(() => server)
  })
}
