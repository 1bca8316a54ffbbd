import { afterAll, expect, it } from 'vitest'
import { Sentinel } from '#sentinel/sentinel.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import { closePages, launchChromium } from '../runtimes/chromium.js'
import { DashboardPage } from './dashboard-page.js'
import { serve } from './served.js'

const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 30_000 })

afterAll(closePages)

it('takes a record of declared features as JSON, and shows how one is sent', async (context) => {
  const telemetry = declaredTelemetry({
    route: '/job',
    features: [
      { name: 'seconds', from: '/timing/seconds', unit: 's', limit: 3600 },
      { name: 'retries', missing: 0 },
    ],
  })
  const sentinel = await Sentinel.create({ detector: { telemetry } })
  const { app, url } = await serve(sentinel)
  const dashboard = await DashboardPage.open(await launchChromium(context), url)
  const { page } = dashboard
  const json = page.locator('#try textarea')
  await json.waitFor()
  expect(JSON.parse(await json.inputValue())).toMatchObject({ timing: { seconds: expect.any(Number) } })
  expect(await page.locator('#try input').count()).toBe(0)
  await eventually(() => dashboard.text('#welcome-command')).toContain(`-d '{"timing": {"seconds": `)

  const judge = async (text: string): Promise<void> => {
    await json.fill(text)
    await page.locator('#try button').click()
  }
  await judge('{"job": "send", "timing": {"seconds": 5000}}')
  await eventually(() => dashboard.text('#try-answer .verdict')).toContain('THREAT_DETECTED')
  await judge('{"job": "send", "timing": {"seconds": 12}}')
  await eventually(() => dashboard.text('#try-answer .verdict')).toBe('OK')
  await judge('{"job": "send"}')
  await eventually(() => dashboard.text('#try-answer .error')).toContain('timing')
  await judge('[1]')
  await eventually(() => dashboard.text('#try-answer .error')).toBe('the record must be an object in JSON')
  expect(sentinel.detector.records).toBe(0)
  await dashboard.expectNoFaults()
  await app.close()
  await sentinel.close()
}, 180_000)
