import { expect, test } from 'vitest'
import type { Proof } from '../../../scripts/image/prove.js'
import { faultsOf } from '../../../scripts/image/trial.js'

const GOOD: Proof = {
  listensOnAll: true,
  health: { status: 'healthy', history_size: 1, version: '1.2.3' },
  verdict: { status: 'THREAT_DETECTED', action: 'freeze', reason: 'Latency' },
  metrics: '# HELP\nsentinel_requests_total{endpoint="/analyze-flow",method="POST"} 1\n',
  healthcheck: 0,
  exit: 0,
  developmentPackages: [],
}

test('an image that serves has no fault', () => {
  expect(faultsOf(GOOD)).toEqual([])
})

test.each<[string, Partial<Proof>]>([
  ['127.0.0.1 alone', { listensOnAll: false }],
  ['/health', { health: { status: 'healthy', history_size: 0 } }],
  ['/health', { health: null }],
  ['is answered', { verdict: { status: 'OK' } }],
  ['/metrics', { metrics: GOOD.metrics.replace('} 1', '} 12') }],
  ['health check', { healthcheck: 1 }],
  ['ends with null', { exit: null }],
  ['vitest', { developmentPackages: ['vitest'] }],
])('one that does not is told by its fault: %s', (fault, seen) => {
  expect(faultsOf({ ...GOOD, ...seen })).toEqual([expect.stringContaining(fault)])
})
