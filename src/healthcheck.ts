import { get } from 'node:http'
import process from 'node:process'
import { loadConfig } from './config/config.js'

/** Below the time-out that the image's HEALTHCHECK gives it, so that it can say what was wrong. */
const TIMEOUT_MS = 2_000

/** Where a process of the same machine reaches what listens on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

function fail(reason: string): never {
  process.stderr.write(`unhealthy: ${reason}\n`)
  process.exit(1)
}

// The health check of the image, which has no shell and no curl: exit code 0 when the service is alive.
const { host, port } = loadConfig()
const request = get(
  { host: reachable(host), port, path: '/health/live', agent: false, timeout: TIMEOUT_MS },
  (response) => {
    response.resume()
    if (response.statusCode !== 200) fail(`answered ${response.statusCode}`)
  },
)
request.on('timeout', () => fail(`no answer within ${TIMEOUT_MS} ms`))
request.on('error', (error) => fail(error.message))
