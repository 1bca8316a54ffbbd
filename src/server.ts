#!/usr/bin/env node
// The first, so that a signal finds somebody who listens.
import './http/stop/stop-signals.js'
import process from 'node:process'
import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { type Config, loadConfig } from './config/config.js'
import { environmentWithFile } from './config/dotenv.js'
import { unknownVariables } from './config/environment.js'
import { reloadConfig, type Settings, settingsIn } from './config/reload.js'
import type { EnvironmentSource } from './config/schema.js'
import { usage } from './config/usage.js'
import { VERSION } from './config/version.js'
import { type App, buildApp } from './http/app.js'
import { ENDPOINTS } from './http/openapi/endpoints.js'
import { type ListenAddress, listenFailure } from './http/sockets/listen-failure.js'
import { STOP_GRACE_MS } from './http/stop/drain.js'
import { onReloadSignal, onStopSignal, STOP_SIGNALS, stopRequested } from './http/stop/stop-signals.js'
import { keepTickShape } from './runtime/tick-shape.js'
import { tuneHeap } from './v8/heap.js'

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

function orFailAtOnce<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    return fail(messageOf(error))
  }
}

async function serve(environment: EnvironmentSource): Promise<void> {
  const config = orFailAtOnce(() => loadConfig(environment))
  tuneHeap()
  const app = await buildApp({ config })
  for (const name of unknownVariables(environment)) {
    app.log.warn(
      { variable: name.slice(0, 100) },
      'unknown variable ignored; see --help for those that exist',
    )
  }
  for (const variable of config.ignored) {
    app.log.warn(
      { variable },
      'its value cannot be used, which does not matter: nothing reads it as the others are set',
    )
  }
  if (config.access.unauthenticated) {
    app.log.warn(
      { host: config.host },
      'no SENTINEL_API_TOKEN is set and the address is not loopback: whoever reaches it may call',
    )
  }
  stopWithGrace(app, config)
  await listen(app, config)
  reloadOnSignal(app, environment)
}

/** One reload at a time; what is wanted meanwhile is one more. Whatever goes wrong, the service goes on as it is. */
function reloadOnSignal(app: App, environment: EnvironmentSource): void {
  let settings = settingsIn(environment)
  let wanted = false
  let running = false
  onReloadSignal(async () => {
    wanted = true
    if (running || stopRequested()) return
    running = true
    while (wanted) {
      wanted = false
      settings = await reload(app, settings)
    }
    running = false
  })
}

async function reload(app: App, before: Settings): Promise<Settings> {
  try {
    const { serveAnew } = await import('./http/serving/reload.js')
    const { config, settings, changed, kept } = reloadConfig(environmentWithFile(), before)
    for (const variable of kept)
      app.log.warn({ variable }, 'it has changed, and is read at the start alone: what was said then goes on')
    await serveAnew(app, config)
    app.log.info({ changed }, 'settings were read anew')
    return settings
  } catch (error) {
    app.log.error({ reason: messageOf(error) }, 'settings cannot be read anew; the service goes on as it is')
    return before
  }
}

/** Errors that nobody caught stop the service as signals do; then the exit code is 1. */
function stopWithGrace(app: App, { limits }: Config): void {
  const delay = STOP_GRACE_MS + limits.drainMs
  const { close } = closeWithGrace(
    { delay, logger: app.log, skip: [...STOP_SIGNALS, 'SIGHUP'] },
    async ({ err }) => {
      if (err) app.log.fatal({ err }, 'stopping after an unexpected error')
      await app.drain.finish()
      await app.close()
      app.log.info('stopped')
    },
  )
  let stopping = false
  onStopSignal((signal) => {
    // A terminal sends one to npm, too, which hands it on: two are no more urgent than one.
    app.log.info({ signal }, stopping ? 'stopping already' : 'stopping')
    if (!stopping) void close()
    stopping = true
  })
}

async function listen(app: App, { host, port, socket, admin }: Config): Promise<void> {
  if (stopRequested()) return
  const listenTextResolver = (address: string) => `codeflow-sentinel ${VERSION} listens at ${address}`
  if (port === null) await app.ready()
  else
    await orFail(
      { host, port, variables: 'SENTINEL' },
      onEveryAddress(host, (each) => app.listen({ host: each, port, listenTextResolver })),
    )
  if (socket !== null) {
    const { listenOnSocket } = await import('./http/sockets/unix-socket.js')
    const address = await listenOnSocket(app, socket).catch((error: Error) => stoppedOr(error.message))
    app.log.info(listenTextResolver(address))
  }
  if (admin.port === null) return
  const { listenForAdmin } = await import('./http/sockets/admin-listener.js')
  const second = { host: admin.host, port: admin.port }
  const address = await orFail(
    { ...second, variables: 'SENTINEL_ADMIN' },
    onEveryAddress(admin.host, (each) => listenForAdmin(app, { ...second, host: each })),
  )
  app.log.info(`health and metrics are served at ${address}, too`)
}

/** Machines without IPv6 have no `::`; there it stands for every address that they do have. */
async function onEveryAddress<T>(host: string, listenOn: (host: string) => Promise<T>): Promise<T> {
  try {
    return await listenOn(host)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (host !== '::' || (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL')) throw error
    return listenOn('0.0.0.0')
  }
}

/** Ends the process where it cannot listen. */
function orFail<T>(address: ListenAddress, listening: Promise<T>): Promise<T> {
  return listening.catch((error: NodeJS.ErrnoException) => stoppedOr(listenFailure(error, address)))
}

/** A service that is stopped while it starts does not get to listen; any other fails. */
function stoppedOr(reason: string): Promise<never> {
  if (stopRequested()) return new Promise<never>(() => {})
  return fail(reason)
}

keepTickShape()
const { help, version } = readArguments()
if (help) process.stdout.write(usage(Object.values(ENDPOINTS)))
else if (version) process.stdout.write(`${VERSION}\n`)
else await serve(orFailAtOnce(environmentWithFile)).catch((error: unknown) => fail(messageOf(error)))
