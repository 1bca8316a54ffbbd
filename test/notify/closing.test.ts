import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { SYSTEM_CLOCK } from '#sentinel/notify/clock.js'
import { deadAddress } from '../examples/silent-server.js'
import { incidentOf } from './incidents.js'
import { ReceiverStandIn } from './stand-in.js'
import { CLOSE_MS, webhookTo } from './subject.js'

const OPENED = { kind: 'opened', incident: incidentOf() } as const
const run = promisify(execFile)

describe('closing', () => {
  test('tries what waits for its next try once more, and at once', async () => {
    const receiver = await ReceiverStandIn.start()
    receiver.next.push(503)
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    webhook.notify(OPENED)
    webhook.notify({ ...OPENED, kind: 'grown' })
    await clock.until(1_000)
    await webhook.close()
    expect(outcomes.all).toEqual(['ok', 'ok'])
    expect(receiver.posts).toHaveLength(3)
    expect(clock.timers).toEqual([])
  })

  test('does not wait for a receiver that is gone', async () => {
    const { webhook, clock, outcomes } = webhookTo(await deadAddress())
    webhook.notify(OPENED)
    webhook.notify(OPENED)
    await clock.until(1_000)
    await webhook.close()
    expect(outcomes.all).toEqual(['failed', 'failed'])
    expect(clock.timers).toEqual([])
  })

  test('waits a second for a receiver that hangs, and leaves nothing running', async () => {
    const receiver = await ReceiverStandIn.start()
    receiver.otherwise = 'hang'
    const { webhook, clock, outcomes } = webhookTo(receiver.url)
    for (let i = 0; i < 3; i++) webhook.notify(OPENED)
    await receiver.seen(1)
    const closed = webhook.close()
    await clock.pass(CLOSE_MS)
    await closed
    expect(outcomes.all).toEqual(['failed', 'dropped', 'dropped'])
    expect(clock.timers).toEqual([])
    expect(receiver.posts).toHaveLength(1)
  })

  test('ends it: what is told afterwards is dropped, and closing again changes nothing', async () => {
    const receiver = await ReceiverStandIn.start()
    const { webhook, outcomes } = webhookTo(receiver.url)
    await webhook.close()
    webhook.notify(OPENED)
    await webhook.close()
    expect(outcomes.all).toEqual(['dropped'])
    expect(receiver.posts).toEqual([])
  })

  test('ends the repeating for an Alertmanager', async () => {
    const receiver = await ReceiverStandIn.start()
    const { webhook, clock } = webhookTo(receiver.url, { format: 'alertmanager' })
    expect(clock.timers).toEqual([60_000])
    await webhook.close()
    expect(clock.timers).toEqual([])
  })
})

describe('a process', () => {
  test('is not kept alive by a timer', () => {
    const running = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = running()
    const cancel = SYSTEM_CLOCK.after(60_000, () => {})
    expect(running()).toBe(before)
    cancel()
  })

  test('ends by itself while posts to a dead receiver still wait', async () => {
    const program = `
      import { webhookOf } from '#sentinel/notify/webhook.js'
      const log = { info() {}, warn() {} }
      const listener = { delivered: (outcome) => console.log(outcome) }
      const settings = { url: '${await deadAddress()}', format: 'alertmanager', secret: null, timeoutMs: 5000 }
      const webhook = webhookOf(settings, { log, listener, version: '1.2.3' })
      for (let i = 0; i < 3; i++) webhook.notify({ kind: 'opened', incident: ${JSON.stringify(OPENED.incident)} })
      console.log('told')`
    // It would be minutes if the pauses counted.
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      timeout: 25_000,
    })
    expect(stdout).toBe('told\n')
  })
})
