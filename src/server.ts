#!/usr/bin/env node
import { existsSync } from 'node:fs'
import process from 'node:process'
import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { type Config, loadConfig, unknownVariables } from './config/config.js'
import { usage } from './config/usage.js'
import { VERSION } from './config/version.js'
import { type App, buildApp } from './http/app.js'
import { ENDPOINTS } from './http/endpoints.js'
import { type ListenAddress, listenFailure } from './http/listen-failure.js'
import { tuneHeap } from './v8/heap.js'
import { keepTickShape } from './v8/tick-shape.js'

/**
 * How long requests in flight may take to finish once the process is told to stop: longer than a request may
 * take to arrive, shorter than orchestrators wait before they kill.
 */
const GRACE_MS = 20_000

/** Ends the process before it served anything: one line for whoever started it, exit code 1. */
function fail(reason: string): never {
  process.stderr.write(`codeflow-sentinel: ${reason}\n`)
  process.exit(1)
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n', 1)[0] ?? ''
}

function readArguments(): { help: boolean; version: boolean } {
  try {
    const { values } = parseArgs({
      options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    })
    return { help: values.help ?? false, version: values.version ?? false }
  } catch (error) {
    return fail(`${messageOf(error)}; see --help`)
  }
}

function readConfig(): Config {
  try {
    // What is set in the environment itself wins over the file.
    if (existsSync('.env')) process.loadEnvFile('.env')
    return loadConfig()
  } catch (error) {
    return fail(messageOf(error))
  }
}

async function serve(config: Config): Promise<void> {
  tuneHeap()
  const app = await buildApp({ config })
  for (const name of unknownVariables()) {
    app.log.warn(
      { variable: name.slice(0, 100) },
      'unknown variable ignored; see --help for those that exist',
    )
  }
  if (config.access.unauthenticated) {
    app.log.warn(
      { host: config.host },
      'no SENTINEL_API_TOKEN is set and the address is not loopback: whoever reaches it may call',
    )
  }
  closeWithGrace({ delay: GRACE_MS, logger: app.log }, async ({ err, signal }) => {
    if (err) app.log.fatal({ err }, 'stopping after an unexpected error')
    else app.log.info({ signal }, 'stopping')
    await app.close()
    app.log.info('stopped')
  })
  await listen(app, config)
}

async function listen(app: App, { host, port, admin }: Config): Promise<void> {
  const listenTextResolver = (address: string) => `codeflow-sentinel ${VERSION} listens at ${address}`
  await orFail({ host, port, variables: 'SENTINEL' }, app.listen({ host, port, listenTextResolver }))
  if (admin.port === null) return
  const { listenForAdmin } = await import('./http/admin-listener.js')
  const second = { host: admin.host, port: admin.port }
  const address = await orFail({ ...second, variables: 'SENTINEL_ADMIN' }, listenForAdmin(app, second))
  app.log.info(`health and metrics are served at ${address}, too`)
}

/** Ends the process where it cannot listen. */
function orFail<T>(address: ListenAddress, listening: Promise<T>): Promise<T> {
  return listening.catch((error: NodeJS.ErrnoException) => fail(listenFailure(error, address)))
}

keepTickShape()
const { help, version } = readArguments()
if (help) process.stdout.write(usage(Object.values(ENDPOINTS)))
else if (version) process.stdout.write(`${VERSION}\n`)
else await serve(readConfig()).catch((error: unknown) => fail(messageOf(error)))
