import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import type { EnvironmentSource } from '#sentinel/config/schema.js'
import { type App, type AppOptions, buildApp } from '#sentinel/http/app.js'
import type { Sentinel } from '#sentinel/sentinel.js'

/** The browser itself writes this for every request that is refused or fails. */
export const FAILED = /Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/

export interface Served {
  readonly app: App
  readonly url: string
  readonly port: number
}

/** A sentinel over HTTP, on a port of its own or a given one. Whoever serves it closes it. */
export function serve(sentinel: Sentinel, environment: EnvironmentSource = {}, port = 0): Promise<Served> {
  return serveApp(environment, { sentinel }, port)
}

/** A service by its settings alone, as `serve`. */
export async function serveApp(
  environment: EnvironmentSource,
  options: AppOptions = {},
  port = 0,
): Promise<Served> {
  const app = await buildApp({
    config: loadConfig({ SENTINEL_EXPLAIN: 'rules', SENTINEL_MAX_DELAY_MS: '0', ...environment }),
    logger: false,
    ...options,
  })
  await app.listen({ host: '127.0.0.1', port })
  const { port: taken } = app.server.address() as AddressInfo
  return { app, url: `http://127.0.0.1:${taken}/`, port: taken }
}

/** The same, closed with the test. */
export async function serveForTest(...given: Parameters<typeof serve>): Promise<Served> {
  const served = await serve(...given)
  onTestFinished(async () => {
    await served.app.close()
    await given[0].close()
  })
  return served
}
