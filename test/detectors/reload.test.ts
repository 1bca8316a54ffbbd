import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { serveAnew } from '#sentinel/http/serving/reload.js'
import { metric } from '../http/subject.js'
import { appWith, batch, inMemory, SHOP, settings, shown, steps } from './configured.js'

const BASE = { SENTINEL_EXPLAIN: 'rules', SENTINEL_MAX_DELAY_MS: '0', SENTINEL_FIT: 'sync' }

test('settings that are read anew hold, and every baseline goes on', async () => {
  const app = await appWith(SHOP)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  await batch(app, [...steps('a', 120), ...steps('b', 30)], 'checkout')
  await serveAnew(app, loadConfig({ ...BASE, ...settings(SHOP), SENTINEL_API_TOKEN: 'a-new-token-of-ours' }))
  const post = (headers: Record<string, string>) =>
    fetch(`${url}/detectors/checkout/analyze-flow`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(steps('a', 1)[0]),
    })
  expect((await post({})).status).toBe(401)
  expect((await post({ authorization: 'Bearer a-new-token-of-ours' })).status).toBe(200)
  expect(await inMemory(app, 'checkout')).toEqual({ a: 121, b: 30 })
  expect((await metric(app, 'sentinel_detector_records_total'))['{detector="checkout"}']).toBe(151)
})

test.each([
  ['a feature', SHOP.replace('name: items', 'name: pieces')],
  ['an entity', SHOP.replace('entity: /service', 'entity: /tenant')],
  ['another detector', `${SHOP}  more: {}\n`],
  ['an alert rate', `${SHOP}alert_rate: 0.01\n`],
  ['none of them', 'port: 8000\n'],
])('what would have them learn anew, %s, is refused, and all goes on as it was', async (_, text) => {
  const app = await appWith(SHOP)
  await batch(app, steps('a', 60), 'checkout')
  const variables = settings(text)
  await expect(serveAnew(app, loadConfig({ ...BASE, ...variables }))).rejects.toThrow('restart')
  writeFileSync(variables.SENTINEL_CONFIG as string, SHOP)
  await batch(app, steps('a', 1), 'checkout')
  expect(await inMemory(app, 'checkout')).toEqual({ a: 61 })
  expect((await shown(app, 'checkout')).features).toEqual(['duration', 'items'])
})
