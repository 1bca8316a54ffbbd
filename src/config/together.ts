import { checkWebhookUrl } from '../notify/webhook-url.js'
import { quoted } from '../text/quoted.js'
import { ConfigError, checkUrl, refusal } from './config-error.js'
import { isLoopback } from './loopback.js'
import type { Environment, EnvironmentSource, Variable } from './schema.js'

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
  if (!hasToken && !env.SENTINEL_ALLOW_UNAUTHENTICATED) {
    checkBinding('SENTINEL_HOST', env.SENTINEL_HOST)
    checkBinding('SENTINEL_ADMIN_HOST', adminHostOf(env))
  }
  if (env.SENTINEL_WEBHOOK_URL !== '') {
    checkUrl('SENTINEL_WEBHOOK_URL', () =>
      checkWebhookUrl(env.SENTINEL_WEBHOOK_URL, env.SENTINEL_WEBHOOK_FORMAT),
    )
  }
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

/** The address of the second listener, or that of the first where there is no second. */
export function adminHostOf(env: Environment): string {
  return env.SENTINEL_ADMIN_PORT === 'off' ? env.SENTINEL_HOST : env.SENTINEL_ADMIN_HOST
}
