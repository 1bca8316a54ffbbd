import type { Config } from '../config/config.js'
import { VERSION } from '../config/version.js'
import type { Sentinel, SentinelLog } from '../sentinel.js'
import type { SentinelMetrics } from './metrics/sentinel-metrics.js'

/** Posts what happens to incidents from now on, where somebody is to be told; null where nobody is. */
export async function webhookFor(
  { webhook: settings }: Config,
  { incidents }: Sentinel,
  metrics: SentinelMetrics,
  log: SentinelLog,
): Promise<{ close(): Promise<void> } | null> {
  if (settings === null) return null
  const { webhookOf } = await import('../notify/webhook.js')
  const webhook = webhookOf(settings, { log, listener: metrics.webhook, version: VERSION })
  if (webhook === null) return null
  webhook.resume(incidents.list({ open: true }))
  const unsubscribe = incidents.subscribe(({ change, incident }) =>
    webhook.notify({ kind: change, incident }),
  )
  return {
    close: async () => {
      unsubscribe()
      await webhook.close()
    },
  }
}
