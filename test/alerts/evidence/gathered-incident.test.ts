import { expect, test } from 'vitest'
import type { Captured } from '#sentinel/alerts/captured.js'
import { KeptIncident } from '#sentinel/alerts/evidence/gathered-incident.js'

/** One that latency leads, usually 100. */
const incidentOf = (route: string | null, feature: string | null = 'latency'): KeptIncident =>
  new KeptIncident(1, { kind: 'spike', route, feature, direction: 'high', usual: 100, nowMs: 0, gapMs: 0 })

const sight = (p: number, value: number, leads = true, usual = 50) => ({
  p,
  score: 1 - p,
  value,
  leads,
  usual,
})

test('shows the value of the rarest record that its feature leads, and the p of the rarest of all', () => {
  const incident = incidentOf('/a')
  incident.see(sight(0.03, 90, false))
  expect(incident.peak).toEqual({ p: 0.03, score: 0.97, value: 90, valueP: 1 })
  incident.see(sight(0.04, 300))
  incident.see(sight(0.01, 400))
  incident.see(sight(0.001, 95, false))
  incident.see(sight(0.02, 350))
  expect(incident.peak).toEqual({ p: 0.001, score: 0.999, value: 400, valueP: 0.01 })
  expect(incident.usual).toBe(100)
})

test('of all routes shows what is usual on the route of that record, and nothing where no feature leads', () => {
  const all = incidentOf(null)
  all.see(sight(0.01, 400, true, 80))
  all.see(sight(0.02, 500, true, 10))
  expect([all.peak.value, all.usual]).toEqual([400, 80])
  const none = incidentOf(null, null)
  none.see(sight(0.01, 400, true, 80))
  expect(none.usual).toBe(100)
})

test('takes the value of one that becomes part of it only where both have the same feature', () => {
  const [all, slow, wrong] = [incidentOf(null), incidentOf('/a'), incidentOf('/b', 'errors')]
  slow.see(sight(0.01, 400))
  wrong.see(sight(0.0001, 7))
  all.absorb(wrong, 1)
  all.absorb(slow, 1)
  expect(all.peak).toEqual({ p: 0.0001, score: 0.9999, value: 400, valueP: 0.01 })
  expect(all.usual).toBe(100)
})

test('is restored as it was, and of before it was known which record the value is of', () => {
  const incident = incidentOf('/a')
  incident.see(sight(0.01, 400))
  incident.see(sight(0.001, 95, false))
  const captured = incident.capture() as Record<string, Captured> & { times: Float64Array }
  expect(KeptIncident.restored(captured)).toEqual(incident)
  const old = KeptIncident.restored({ ...captured, times: captured.times.slice(0, 7) })
  expect(old.peak).toEqual({ p: 0.001, score: 0.999, value: 400, valueP: 0.001 })
  expect(() => KeptIncident.restored({ ...captured, times: new Float64Array(6) })).toThrow('times is not 8')
})
