import { setTimeout as sleep } from 'node:timers/promises'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, onTestFinished } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import type { EnvironmentSource } from '#sentinel/config/schema.js'
import { type App, type AppOptions, buildApp } from '#sentinel/http/app.js'

/**
 * An app on the given environment, else on defaults without a language model; silent, closed with the test.
 * Requests that are injected in a row keep the event loop from turning: that is no load to be shed.
 */
export async function startApp(environment: EnvironmentSource = {}, options: AppOptions = {}): Promise<App> {
  const app = await appOn(environment, options)
  onTestFinished(() => app.close())
  return app
}

function appOn(environment: EnvironmentSource, options: AppOptions = {}): Promise<App> {
  return buildApp({
    config: loadConfig({ SENTINEL_EXPLAIN: 'rules', SENTINEL_MAX_DELAY_MS: '0', ...environment }),
    logger: false,
    ...options,
  })
}

/**
 * Apps for the tests of a file that take one as they find it, such as those of refusals: the first that asks for settings
 * has it made, and it is closed after the last test.
 */
export function sharedApps(): (environment?: EnvironmentSource) => Promise<App> {
  const apps = new Map<string, Promise<App>>()
  afterAll(async () => {
    for (const app of apps.values()) await (await app).close()
  })
  return (environment = {}) => {
    const settings = JSON.stringify(environment)
    const app = apps.get(settings) ?? appOn(environment)
    apps.set(settings, app)
    return app
  }
}

export const NORMAL = { latency: 120, input_length: 1800, errors: 0 }
export const ATTACK = { latency: 9000, input_length: 1800, errors: 8 }

/** Sends one body as JSON. */
export function analyze(app: App, payload: object, query = ''): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url: `/analyze-flow${query}`, payload })
}

export async function historySize(app: App): Promise<number> {
  return (await app.inject('/health')).json().history_size
}

/** The values of one metric, by their labels. */
export async function metric(app: App, name: string): Promise<Record<string, number>> {
  const text = (await app.inject('/metrics')).body
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.lastIndexOf(' ')
      return [line.slice(name.length, end), Number(line.slice(end + 1))]
    }),
  )
}

/** Resolves once the first forest judges. Who asks leaves the processor to the fit meanwhile. */
export async function firstForest(app: App): Promise<void> {
  while ((await metric(app, 'sentinel_model_generation'))[''] === 0) await sleep(5)
}
