import { get, type RequestOptions } from 'node:http'
import process from 'node:process'
import { type Config, loadConfig } from './config/config.js'
import { environmentWithFile } from './config/dotenv.js'

/** Below the time-out that the image's HEALTHCHECK gives it, so that it can say what was wrong. */
const TIMEOUT_MS = 2_000

/** Where a process of the same machine reaches what listens on `host`. */
function reachable(host: string): string {
  // What listens on all IPv6 addresses takes IPv4, too, and of the two only this one is there in every container.
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
}

/** By the port where there is one: it is what most callers come by. */
function placeOf({ host, port, socket }: Config): RequestOptions {
  return port === null && socket !== null ? { socketPath: socket.path } : { host: reachable(host), port }
}

function fail(reason: string): never {
  process.stderr.write(`unhealthy: ${reason}\n`)
  process.exit(1)
}

/** As the service reads it: of the same file `.env`, too. */
function readConfig(): Config {
  try {
    return loadConfig(environmentWithFile())
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

// The health check of the image, which has no shell and no curl: exit code 0 when the service is alive.
const request = get(
  { ...placeOf(readConfig()), path: '/health/live', agent: false, timeout: TIMEOUT_MS },
  (response) => {
    response.resume()
    if (response.statusCode !== 200) fail(`answered ${response.statusCode}`)
  },
)
request.on('timeout', () => fail(`no answer within ${TIMEOUT_MS} ms`))
request.on('error', (error) => fail(error.message))
