import { expect, test } from 'vitest'
import { writtenManifests } from './manifests.js'
import { faultsOf } from './schema.js'

const written = writtenManifests()

test.for(written.map((entry) => [`${entry.file}: ${entry.manifest.kind}`, entry] as const))(
  '%s is as Kubernetes has it',
  ([, { manifest }]) => {
    expect(faultsOf(manifest)).toEqual([])
  },
)

test('a field that the Prometheus operator does not know is found', () => {
  const spec = { selector: {}, endpoints: [{ port: 'admin', honourLabels: true }] }
  const monitor = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name: 'x' },
    spec,
  }
  expect(faultsOf(monitor)).toEqual(['/spec/endpoints/0/honourLabels is no field that Kubernetes knows'])
})

test('there is something to check', () => {
  expect(written.length).toBeGreaterThan(8)
})

test('a wrong type, a missing field, a misspelt one and a quantity that is none are found', () => {
  const container = { name: 'sentinel', livenessProbe: { httpGet: { port: 'admin', pathh: '/health/live' } } }
  const manifest = (containers: object[], replicas: unknown = 1) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: {
      replicas,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers } },
    },
  })
  expect(faultsOf(manifest([container], '3'))).toEqual(['/spec/replicas: type {"type":"integer"}'])
  expect(faultsOf(manifest([{ image: 'x' }]))[0]).toContain(
    'containers/0: required {"missingProperty":"name"}',
  )
  const memory = { name: 'sentinel', resources: { limits: { memory: '128 MB' } } }
  expect(faultsOf(manifest([memory]))[0]).toContain('containers/0/resources/limits/memory: pattern')
  expect(faultsOf(manifest([container]))).toEqual([
    '/spec/template/spec/containers/0/livenessProbe/httpGet/pathh is no field that Kubernetes knows',
  ])
})
