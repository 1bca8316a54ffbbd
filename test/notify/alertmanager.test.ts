import { expect, onTestFinished, test } from 'vitest'
import { type Webhook, webhookOf } from '#sentinel/notify/webhook.js'
import { checkWebhookUrl } from '#sentinel/notify/webhook-url.js'
import { hasTool, skipped } from '../deploy/tool.js'
import { until } from '../until.js'
import { AlertmanagerProcess } from './alertmanager-process.js'
import { closedIncident, incidentOf } from './incidents.js'
import { Outcomes, ReceiverStandIn } from './stand-in.js'

/** As Debian calls it. */
const PROGRAM = 'prometheus-alertmanager'
const found = hasTool(PROGRAM, { installedByCi: true })

interface Notification {
  readonly status: string
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[]
}

test.skipIf(!found)(
  `a real Alertmanager shows an open incident, tells of it, and has it resolved when it closes${skipped(PROGRAM, found)}`,
  async () => {
    const told = await ReceiverStandIn.start()
    const alertmanager = await AlertmanagerProcess.start(PROGRAM, told.url)
    onTestFinished(() => alertmanager.stop())
    const { href: url } = checkWebhookUrl(`${alertmanager.url}/api/v2/alerts`, 'alertmanager')
    const outcomes = new Outcomes()
    const webhook = webhookOf(
      { url, format: 'alertmanager', secret: 'correct-horse-battery', timeoutMs: 10_000 },
      { log: { info() {}, warn() {} }, listener: outcomes, version: '1.2.3', instance: 'pod-7' },
    ) as Webhook
    onTestFinished(() => webhook.close())
    const opened = new Date(Date.now() - 60_000).toISOString()

    webhook.notify({ kind: 'opened', incident: incidentOf({ opened }) })
    expect(await outcomes.first(1)).toEqual(['ok'])
    const [alert, ...others] = await alertmanager.alerts()
    expect(others).toEqual([])
    expect(alert).toMatchObject({
      labels: { alertname: 'SentinelIncident', severity: 'warning', route: '/run', feature: 'latency' },
      annotations: { summary: 'Latency of /run is 70 times its usual value.' },
      startsAt: opened,
    })
    expect(Date.parse(alert?.endsAt ?? '')).toBeGreaterThan(Date.now() + 60_000)

    webhook.notify({ kind: 'grown', incident: incidentOf({ opened, action: 'freeze', records: 120 }) })
    expect(await outcomes.first(2)).toEqual(['ok', 'ok'])
    expect((await alertmanager.alerts()).map(({ labels }) => labels.severity)).toEqual(['critical'])

    const statuses = (severity: string): string[] =>
      told.posts
        .map(({ body }) => JSON.parse(body) as Notification)
        .filter(({ alerts }) => alerts[0]?.labels.severity === severity)
        .map(({ status }) => status)
    // An alert that ended before anybody was told of it is never told of.
    await until(async () => statuses('critical').includes('firing'), 'telling of the alert')
    webhook.notify({
      kind: 'closed',
      incident: closedIncident({ opened, closed: new Date().toISOString(), action: 'freeze' }),
    })
    expect(await outcomes.first(3)).toEqual(['ok', 'ok', 'ok'])
    await until(async () => (await alertmanager.alerts()).length === 0, 'the alert ending')
    await until(async () => statuses('critical').includes('resolved'), 'telling of the end')
    expect(statuses('critical')).toEqual(['firing', 'resolved'])
  },
)
