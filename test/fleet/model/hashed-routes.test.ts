import { expect, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { withHashedRoutes } from '#sentinel/fleet/model/hashed-routes.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { routeName } from '#sentinel/telemetry/route-name.js'
import { ordinary } from '../traffic.js'

const KEY = 'a secret of all replicas'
const record = (route?: string): Telemetry =>
  ({ latency: 1, input_length: 1, errors: 0, ...(route === undefined ? {} : { route }) }) as Telemetry
const hashed = (route?: string, key = KEY) => withHashedRoutes(REQUEST_TELEMETRY, key).routeOf(record(route))

test('routes keep their shape, and nothing of their names', () => {
  const [all, one] = [hashed('/orders/special'), hashed('/orders/usual')]
  expect(all).toMatch(/^\/[g-v]{10}\/[g-v]{10}$/)
  expect(all?.split('/')[1]).toBe(one?.split('/')[1])
  expect(all?.split('/')[2]).not.toBe(one?.split('/')[2])
  expect(hashed('/orders/special?token=1')).toBe(all)
  expect(hashed('/orders/special', 'another secret of theirs')).not.toBe(all)
  expect([hashed(''), hashed()]).toEqual(['', undefined])
})

test('what names one of many is merged as before, and a hash is taken for a name', () => {
  for (const id of ['17', 'tenant2', '0123456789abcdef', 'a-b@example.org']) {
    const name = routeName(hashed(`/orders/${id}`))
    expect(name).toBe(`${hashed('/orders')}/*`)
    expect(routeName(name)).toBe(name)
  }
  expect(routeName(hashed('/api/v2/orders'))).toBe(hashed('/api/v2/orders'))
})

test('a sentinel judges alike by hashes, and shows no name', async () => {
  const { telemetry } = loadConfig({
    SENTINEL_FLEET_URL: 'redis://127.0.0.1:1',
    SENTINEL_FLEET_ROUTE_KEY: 'sixteen-or-more-of-them',
  })
  const [plain, veiled] = await Promise.all([
    Sentinel.create({ detector: { fit: 'sync' } }),
    Sentinel.create({ detector: { fit: 'sync', telemetry } }),
  ])
  for (const each of ordinary(1_500, 4) as Telemetry[]) {
    const [a, b] = [plain.judge(each), veiled.judge(each)]
    expect(b?.verdict.score).toBe(a?.verdict.score)
  }
  const odd = { route: '/login', latency: 9_000, input_length: 500, errors: 6 }
  const anomaly = veiled.anomalies.get(veiled.judge(odd)?.anomaly?.id ?? '')
  expect(anomaly?.route).toMatch(/^\/[g-v]{10}$/)
  expect(JSON.stringify(anomaly)).not.toContain('login')
  expect(
    veiled.operator.onAnomaly(anomaly?.id ?? '', { verdict: 'expected', confirm: true }).mute?.route,
  ).toBe(anomaly?.route)
  await plain.close()
  await veiled.close()
})
