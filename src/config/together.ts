import { redisOptions } from '../fleet/bus/redis-address.js'
import { checkWebhookUrl } from '../notify/webhook-url.js'
import { quoted } from '../text/quoted.js'
import { ConfigError, checkUrl, refusal } from './config-error.js'
import { isLoopback } from './loopback.js'
import type { Environment, EnvironmentSource, Variable } from './schema.js'

/** What the operating system takes for the path of a socket. */
export const SOCKET_PATH_BYTES = 107

/**
 * What no single value can say: settings that must fit each other.
 * @param hasToken whether callers need one
 * @throws ConfigError at the first that does not
 */
export function checkTogether(env: Environment, source: EnvironmentSource, hasToken: boolean): void {
  if (env.SENTINEL_FOREST === '' && env.SENTINEL_MIN_SAMPLES > env.SENTINEL_HISTORY_MAX) {
    throw refusal(
      'SENTINEL_MIN_SAMPLES',
      source,
      `a whole number from 2 to SENTINEL_HISTORY_MAX, which is ${env.SENTINEL_HISTORY_MAX}`,
    )
  }
  if (env.SENTINEL_FOREST !== '' && source.SENTINEL_BASELINE?.trim() === 'guarded') {
    throw refusal('SENTINEL_BASELINE', source, 'window, or left out, where SENTINEL_FOREST is set')
  }
  if (env.SENTINEL_PORT === 'off' && env.SENTINEL_SOCKET === '') {
    throw refusal('SENTINEL_PORT', source, 'a whole number from 0 to 65535 where SENTINEL_SOCKET is not set')
  }
  if (Buffer.byteLength(env.SENTINEL_SOCKET) > SOCKET_PATH_BYTES) throw refusal('SENTINEL_SOCKET', source)
  if (!hasToken && !env.SENTINEL_ALLOW_UNAUTHENTICATED)
    for (const { variable, host } of hostsOf(env)) checkBinding(variable, host)
  if (env.SENTINEL_WEBHOOK_URL !== '') {
    checkUrl('SENTINEL_WEBHOOK_URL', () =>
      checkWebhookUrl(env.SENTINEL_WEBHOOK_URL, env.SENTINEL_WEBHOOK_FORMAT),
    )
  }
  if (env.SENTINEL_FLEET_URL !== '') checkFleet(env, source)
}

/** What judges by one forest, or learns in one place for many, has no use for several detectors. */
export function checkAlone(env: Environment, source: EnvironmentSource): void {
  for (const variable of ['SENTINEL_FOREST', 'SENTINEL_FLEET_URL'] as const)
    if (env[variable] !== '') throw refusal(variable, source, 'left out where the file sets up detectors')
}

/** A fleet learns together, at the pace of the samples: what is given, or decided record by record, leaves nothing to it. */
function checkFleet(env: Environment, source: EnvironmentSource): void {
  try {
    redisOptions(env.SENTINEL_FLEET_URL)
  } catch (error) {
    // The message does not repeat the value, which may hold a password.
    throw new ConfigError(
      'SENTINEL_FLEET_URL',
      `SENTINEL_FLEET_URL cannot be used: ${(error as Error).message}`,
    )
  }
  if (env.SENTINEL_FOREST !== '')
    throw refusal('SENTINEL_FOREST', source, 'left out where SENTINEL_FLEET_URL is set')
  if (env.SENTINEL_FIT === 'sync')
    throw refusal('SENTINEL_FIT', source, 'background where SENTINEL_FLEET_URL is set')
}

/** An address beyond loopback can be called by the whole network: it needs a token, or the word that none is wanted. */
function checkBinding(variable: Variable, host: string): void {
  if (isLoopback(host)) return
  throw new ConfigError(
    variable,
    `${variable}=${quoted(host)} cannot be used without a token, because others than this machine reach it: ` +
      'set SENTINEL_API_TOKEN, or SENTINEL_ALLOW_UNAUTHENTICATED=true if something else keeps them out',
  )
}

/** The addresses that are listened on, each with the variable that says it. */
export function hostsOf(env: Environment): { readonly variable: Variable; readonly host: string }[] {
  const own = { variable: 'SENTINEL_HOST', host: env.SENTINEL_HOST } as const
  const admin = { variable: 'SENTINEL_ADMIN_HOST', host: env.SENTINEL_ADMIN_HOST } as const
  return [
    ...(env.SENTINEL_PORT === 'off' ? [] : [own]),
    ...(env.SENTINEL_ADMIN_PORT === 'off' ? [] : [admin]),
  ]
}
