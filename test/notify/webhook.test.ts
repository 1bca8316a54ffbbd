import { describe, expect, test } from 'vitest'
import { webhookOf } from '#sentinel/notify/webhook.js'
import { deadAddress } from '../examples/silent-server.js'
import { closedIncident, incidentOf } from './incidents.js'
import { ReceiverStandIn } from './stand-in.js'
import { PAUSES_MS, TIMEOUT_MS, webhookTo } from './subject.js'

const OPENED = { kind: 'opened', incident: incidentOf() } as const

test('where no webhook is set, there is none', () => {
  const log = { info() {}, warn() {} }
  expect(webhookOf(null, { log, listener: { delivered() {} }, version: '1.2.3' })).toBeNull()
})

describe('what happens to an incident', () => {
  test('is posted once, as JSON, to the whole URL', async () => {
    const receiver = await ReceiverStandIn.start()
    const { webhook, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    expect(await outcomes.first(1)).toEqual(['ok'])
    await webhook.close()
    expect(receiver.posts).toHaveLength(1)
    expect(receiver.posts[0]).toMatchObject({
      method: 'POST',
      path: '/hook/s3cret?key=s3cret',
      headers: { 'content-type': 'application/json', 'user-agent': 'codeflow-sentinel/1.2.3' },
    })
    expect(JSON.parse(receiver.posts[0]?.body ?? '')).toMatchObject({
      event: 'opened',
      incident: { id: OPENED.incident.id },
    })
    expect(outcomes.all).toEqual(['ok'])
  })

  test('is posted in the order in which it happened, also when the first try fails', async () => {
    const receiver = await ReceiverStandIn.start()
    receiver.next.push(500)
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    webhook.notify({ kind: 'grown', incident: incidentOf({ records: 120 }) })
    webhook.notify({ kind: 'closed', incident: closedIncident({ records: 130 }) })
    await clock.pass(1_000)
    expect(await outcomes.first(3)).toEqual(['ok', 'ok', 'ok'])
    const events = receiver.posts.map(({ body }) => JSON.parse(body).event)
    expect(events).toEqual(['opened', 'opened', 'grown', 'closed'])
  })

  test('is posted after whoever told of it has gone on', async () => {
    const receiver = await ReceiverStandIn.start()
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    for (let i = 0; i < 10; i++) await null
    // A try would have set its time-out by now.
    expect(clock.timers).toEqual([])
    await outcomes.first(1)
  })
})

describe('a post is tried again', () => {
  test.each([500, 502, 503, 408, 429])('when it was answered with %i', async (status) => {
    const receiver = await ReceiverStandIn.start()
    receiver.next.push(status, status)
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    await clock.pass(1_000)
    await clock.pass(2_000)
    expect(await outcomes.first(1)).toEqual(['ok'])
    expect(new Set(receiver.posts.map(({ body }) => body)).size).toBe(1)
    expect(receiver.posts).toHaveLength(3)
  })

  test('when the connection was dropped', async () => {
    const receiver = await ReceiverStandIn.start()
    receiver.next.push('drop')
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    await clock.pass(1_000)
    expect(await outcomes.first(1)).toEqual(['ok'])
  })

  test('when no answer came in time', async () => {
    const receiver = await ReceiverStandIn.start()
    receiver.next.push('hang')
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    await receiver.seen(1)
    await clock.pass(TIMEOUT_MS)
    await clock.pass(1_000)
    expect(await outcomes.first(1)).toEqual(['ok'])
    expect(receiver.posts).toHaveLength(2)
  })

  test('when nobody was there, and taken once somebody is', async () => {
    const url = await deadAddress()
    const { webhook, clock, outcomes } = webhookTo(url)
    webhook.notify(OPENED)
    await clock.pass(1_000)
    await clock.pass(2_000)
    await clock.until(4_000)
    const receiver = await ReceiverStandIn.start(Number(new URL(url).port))
    await clock.pass(4_000)
    expect(await outcomes.first(1)).toEqual(['ok'])
    expect(receiver.posts).toHaveLength(1)
  })

  test('eight times in all, after pauses that double up to a minute; then it is given up', async () => {
    const receiver = await ReceiverStandIn.start()
    receiver.otherwise = 500
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    for (const ms of PAUSES_MS) await clock.pass(ms)
    expect(await outcomes.first(1)).toEqual(['failed'])
    expect(receiver.posts).toHaveLength(8)
    expect(clock.timers).toEqual([])
  })

  test.each([
    ['7', 7_000],
    ['Thu, 01 Jan 2026 00:00:40 GMT', 30_000],
    ['86400', 120_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 1_000],
    ['soon', 1_000],
  ])('after the pause that Retry-After: %s asks for, in bounds: %i ms', async (asked, ms) => {
    const receiver = await ReceiverStandIn.start()
    receiver.next.push({ status: 503, headers: { 'retry-after': asked } })
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    await clock.pass(ms)
    expect(await outcomes.first(1)).toEqual(['ok'])
  })
})

describe('a post is given up at once', () => {
  test.each([400, 401, 403, 404, 410])('when it was refused with %i', async (status) => {
    const receiver = await ReceiverStandIn.start()
    receiver.otherwise = status
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    expect(await outcomes.first(1)).toEqual(['failed'])
    expect(receiver.posts).toHaveLength(1)
    expect(clock.timers).toEqual([])
  })

  test.each([301, 302, 303, 307, 308])(
    'when it was redirected with %i, and nobody else gets it',
    async (status) => {
      const [receiver, elsewhere] = [await ReceiverStandIn.start(), await ReceiverStandIn.start()]
      receiver.otherwise = { status, headers: { location: elsewhere.url } }
      const { webhook, outcomes, lines } = webhookTo(receiver.url)
      webhook.notify(OPENED)
      webhook.notify(OPENED)
      expect(await outcomes.first(2)).toEqual(['failed', 'failed'])
      expect(receiver.posts).toHaveLength(2)
      expect(elsewhere.posts).toHaveLength(0)
      expect(lines[0]?.[1]).toEqual({ reason: `redirected with ${status}` })
    },
  )
})

test('at most 64 posts wait; the oldest are dropped and counted', async () => {
  const receiver = await ReceiverStandIn.start()
  receiver.next.push('hang')
  const { webhook, outcomes } = webhookTo(receiver.url)
  const tell = (i: number): void =>
    webhook.notify({ kind: 'opened', incident: incidentOf({ id: `id-${i}` }) })
  tell(0)
  await receiver.seen(1)
  for (let i = 1; i <= 70; i++) tell(i)
  expect(outcomes.all).toEqual(Array(6).fill('dropped'))
  receiver.release()
  expect((await outcomes.first(71)).slice(6)).toEqual(Array(65).fill('ok'))
  const ids = receiver.posts.map(({ body }) => JSON.parse(body).incident.id)
  expect(ids).toEqual(['id-0', ...Array.from({ length: 64 }, (_, i) => `id-${i + 7}`)])
})

describe('the log', () => {
  test('has one line when posts begin to fail and one when they pass again', async () => {
    const receiver = await ReceiverStandIn.start()
    receiver.otherwise = 404
    const { webhook, outcomes, lines } = webhookTo(receiver.url)
    for (let i = 0; i < 3; i++) webhook.notify(OPENED)
    await outcomes.first(3)
    receiver.otherwise = 204
    for (let i = 0; i < 3; i++) webhook.notify(OPENED)
    await outcomes.first(6)
    expect(lines).toEqual([
      ['warn', { reason: 'answered 404' }, expect.stringContaining('could not be posted')],
      ['info', {}, expect.stringContaining('again')],
    ])
  })

  test.each(['drop', 'hang', 500, 302, 'refused'] as const)(
    'repeats no secret when the receiver does this: %s',
    async (behaviour) => {
      const receiver = await ReceiverStandIn.start()
      const url = behaviour === 'refused' ? `${await deadAddress()}/hook/s3cret?key=s3cret` : receiver.url
      if (behaviour !== 'refused') receiver.otherwise = behaviour
      const { webhook, clock, outcomes, lines } = webhookTo(url, { secret: 's3cret-s3cret-s3cret' })
      webhook.notify(OPENED)
      if (behaviour !== 302) {
        for (const ms of PAUSES_MS) {
          if (behaviour === 'hang') await clock.pass(TIMEOUT_MS)
          await clock.pass(ms)
        }
        if (behaviour === 'hang') await clock.pass(TIMEOUT_MS)
      }
      expect(await outcomes.first(1)).toEqual(['failed'])
      expect(lines).toHaveLength(1)
      expect(JSON.stringify(lines)).not.toContain('s3cret')
      expect(lines[0]?.[1]).toEqual({
        reason: expect.stringMatching(
          /^(ECONN(RESET|REFUSED)|no answer within 5001 ms|answered 500|redirected with 302)$/,
        ),
      })
    },
  )
})
