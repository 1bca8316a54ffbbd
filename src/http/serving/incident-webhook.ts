import type { IncidentLog } from '../../alerts/incidents/incident-log.js'
import type { Config } from '../../config/config.js'
import { VERSION } from '../../config/version.js'
import type { Membership } from '../../fleet/join.js'
import type { Sentinel, SentinelLog } from '../../sentinel.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'

/**
 * Posts what happens to incidents from now on, where somebody is to be told; null where nobody is. Of a fleet's incidents
 * its leader alone tells, in the name of the fleet.
 */
export async function webhookFor(
  { webhook: settings }: Config,
  { incidents }: Sentinel,
  metrics: SentinelMetrics,
  log: SentinelLog,
  fleet: Membership | null,
): Promise<{ close(): Promise<void> } | null> {
  if (settings === null) return null
  const { webhookOf } = await import('../../notify/webhook.js')
  const around = { log, listener: metrics.webhook, version: VERSION }

  /** @param isOurs whether what happens now is to be posted from here */
  const post = (incidentLog: IncidentLog, isOurs: () => boolean, instance: { instance?: string }) => {
    const webhook = webhookOf(settings, { ...around, ...instance })
    webhook?.resume(incidentLog.list({ open: true }))
    const unsubscribe = incidentLog.subscribe(({ change, incident }) => {
      if (isOurs()) webhook?.notify({ kind: change, incident })
    })
    return async (): Promise<void> => {
      unsubscribe()
      await webhook?.close()
    }
  }

  let endLead: (() => Promise<void>) | null = null
  fleet?.onLead((ofFleet) => {
    void endLead?.()
    endLead = ofFleet === null ? null : post(ofFleet, () => true, { instance: fleet.name })
  })
  const end = post(incidents, () => fleet === null || fleet.figures.role === 'alone', {})
  return {
    close: async () => {
      await Promise.all([end(), endLead?.()])
    },
  }
}
