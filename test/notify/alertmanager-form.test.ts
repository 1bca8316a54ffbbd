import { describe, expect, test } from 'vitest'
import { AlertmanagerForm } from '#sentinel/notify/alertmanager-form.js'
import type { Body } from '#sentinel/notify/form.js'
import { closedIncident, incidentOf } from './incidents.js'
import { ReceiverStandIn } from './stand-in.js'
import { webhookTo } from './subject.js'

const NOW = Date.parse('2026-01-01T00:10:00.000Z')
const LABELS = {
  alertname: 'SentinelIncident',
  severity: 'warning',
  route: '/run',
  feature: 'latency',
  kind: 'spike',
  incident: '19b76daa800-0000',
  instance: 'pod-7',
}
const ANNOTATIONS = {
  summary: 'Latency of /run is 70 times its usual value.',
  action: 'throttle',
  records: '12',
  direction: 'high',
  usual: '127.3 ms',
  seen: '9000 ms',
}

function newForm(): AlertmanagerForm {
  return new AlertmanagerForm({ version: '1.2.3', instance: 'pod-7' })
}

function alertsOf(body: Body | null, nowMs = NOW) {
  return body === null ? null : JSON.parse(body(nowMs))
}

describe('the form for Alertmanager', () => {
  test('is an alert that ends five minutes after the try', () => {
    const body = newForm().bodyOf({ kind: 'opened', incident: incidentOf() })
    const alert = { labels: LABELS, annotations: ANNOTATIONS, startsAt: '2026-01-01T00:00:00.000Z' }
    expect(alertsOf(body)).toEqual([{ ...alert, endsAt: '2026-01-01T00:15:00.000Z' }])
    expect(alertsOf(body, NOW + 1000)).toEqual([{ ...alert, endsAt: '2026-01-01T00:15:01.000Z' }])
  })

  test('names the detector and the entity that it is of, where there are several', () => {
    const incident = incidentOf({ detector: 'checkout', entity: 'tenant-7' })
    const [alert] = alertsOf(newForm().bodyOf({ kind: 'opened', incident }))
    expect(alert.labels).toEqual({ ...LABELS, detector: 'checkout', entity: 'tenant-7' })
  })

  test('ends the alert when the incident closed', () => {
    const [alert] = alertsOf(newForm().bodyOf({ kind: 'closed', incident: closedIncident() }))
    expect(alert).toEqual({
      labels: LABELS,
      annotations: ANNOTATIONS,
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: '2026-01-01T00:02:00.000Z',
    })
  })

  test('has no label or annotation for what the incident does not have', () => {
    const nothing = { route: null, feature: null, unit: null, direction: null, usual: null, seen: null }
    const [alert] = alertsOf(
      newForm().bodyOf({ kind: 'opened', incident: incidentOf({ ...nothing, route: '' }) }),
    )
    expect(Object.keys(alert.labels)).toEqual(['alertname', 'severity', 'kind', 'incident', 'instance'])
    expect(Object.keys(alert.annotations)).toEqual(['summary', 'action', 'records'])
  })

  test.each([
    ['observe', 'info'],
    ['throttle', 'warning'],
    ['freeze', 'critical'],
  ] as const)('calls %s %s', (action, severity) => {
    const [alert] = alertsOf(newForm().bodyOf({ kind: 'opened', incident: incidentOf({ action }) }))
    expect(alert.labels.severity).toBe(severity)
  })

  test('ends the alert before when an incident becomes more severe, and at the end the last one', () => {
    const form = newForm()
    form.bodyOf({ kind: 'opened', incident: incidentOf() })
    const grown = alertsOf(form.bodyOf({ kind: 'grown', incident: incidentOf({ action: 'freeze' }) }))
    expect(grown.map((alert: { labels: object; endsAt: string }) => [alert.labels, alert.endsAt])).toEqual([
      [LABELS, '2026-01-01T00:10:00.000Z'],
      [{ ...LABELS, severity: 'critical' }, '2026-01-01T00:15:00.000Z'],
    ])
    const closed = alertsOf(form.bodyOf({ kind: 'closed', incident: closedIncident({ action: 'observe' }) }))
    expect(closed).toHaveLength(1)
    expect(closed[0].labels).toEqual({ ...LABELS, severity: 'critical' })
  })

  test('posts one alert when an incident grew without becoming another', () => {
    const form = newForm()
    form.bodyOf({ kind: 'opened', incident: incidentOf() })
    const grown = alertsOf(form.bodyOf({ kind: 'grown', incident: incidentOf({ records: 120 }) }))
    expect(grown).toHaveLength(1)
    expect(grown[0].annotations.records).toBe('120')
  })

  test('never has an alert start or end in time to come, or end before it starts', () => {
    const later = { opened: '2026-01-01T01:00:00.000Z', closed: '2026-01-01T02:00:00.000Z' }
    for (const incident of [
      closedIncident(later),
      closedIncident({ opened: 'no time', closed: 'no time' }),
    ]) {
      const [alert] = alertsOf(newForm().bodyOf({ kind: 'closed', incident }))
      expect(alert).toMatchObject({
        startsAt: '2026-01-01T00:10:00.000Z',
        endsAt: '2026-01-01T00:10:00.000Z',
      })
    }
    const before = closedIncident({ closed: '2025-12-31T00:00:00.000Z' })
    expect(alertsOf(newForm().bodyOf({ kind: 'closed', incident: before }))[0]).toMatchObject({
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: '2026-01-01T00:00:00.000Z',
    })
  })
})

describe('what is repeated', () => {
  test('are the alerts of all open incidents, as they were told of last', () => {
    const form = newForm()
    expect(form.repeat.body()).toBeNull()
    form.bodyOf({ kind: 'opened', incident: incidentOf() })
    form.bodyOf({ kind: 'opened', incident: incidentOf({ id: 'second' }) })
    form.bodyOf({ kind: 'grown', incident: incidentOf({ records: 120 }) })
    form.bodyOf({ kind: 'closed', incident: closedIncident({ id: 'second' }) })
    const alerts = alertsOf(form.repeat.body())
    expect(alerts).toHaveLength(1)
    expect(alerts[0]).toMatchObject({
      labels: LABELS,
      annotations: { records: '120' },
      endsAt: '2026-01-01T00:15:00.000Z',
    })
    form.bodyOf({ kind: 'closed', incident: closedIncident() })
    expect(form.repeat.body()).toBeNull()
  })

  test('are those that were open before a restart, too', () => {
    const form = newForm()
    form.resume([incidentOf(), closedIncident({ id: 'second' })])
    expect(alertsOf(form.repeat.body()).map(({ labels }: { labels: object }) => labels)).toEqual([LABELS])
  })

  test('are 256 alerts at most', () => {
    const form = newForm()
    for (let i = 0; i < 300; i++) form.bodyOf({ kind: 'opened', incident: incidentOf({ id: `id-${i}` }) })
    const alerts = alertsOf(form.repeat.body())
    expect(alerts).toHaveLength(256)
    expect(alerts[0].labels.incident).toBe('id-44')
  })

  test('is posted each minute while an incident is open, once each, whether or not it is taken', async () => {
    const receiver = await ReceiverStandIn.start()
    const { webhook, clock, outcomes } = webhookTo(receiver.url, { format: 'alertmanager' })
    webhook.notify({ kind: 'opened', incident: incidentOf() })
    await outcomes.first(1)
    receiver.next.push(500)
    await clock.pass(60_000)
    expect(await outcomes.first(2)).toEqual(['ok', 'failed'])
    await clock.pass(60_000)
    expect(await outcomes.first(3)).toEqual(['ok', 'failed', 'ok'])
    webhook.notify({ kind: 'closed', incident: closedIncident() })
    await outcomes.first(4)
    await clock.pass(60_000)
    expect(receiver.posts.map(({ body }) => JSON.parse(body)[0].endsAt)).toEqual([
      '2026-01-01T00:05:10.000Z',
      '2026-01-01T00:06:10.000Z',
      '2026-01-01T00:07:10.000Z',
      '2026-01-01T00:02:00.000Z',
    ])
    expect(clock.timers).toEqual([60_000])
  })

  test('waits for posts that are still tried', async () => {
    const receiver = await ReceiverStandIn.start()
    receiver.otherwise = 500
    const { webhook, clock, outcomes } = webhookTo(receiver.url, { format: 'alertmanager' })
    webhook.notify({ kind: 'opened', incident: incidentOf() })
    for (const ms of [1_000, 2_000, 4_000, 8_000, 16_000]) await clock.pass(ms)
    // The minute ends within this pause of 32 s.
    await clock.pass(32_000)
    receiver.otherwise = 204
    await outcomes.first(1)
    await webhook.close()
    expect(receiver.posts).toHaveLength(7)
    expect(outcomes.all).toEqual(['ok'])
  })
})
