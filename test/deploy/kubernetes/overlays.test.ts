import { describe, expect, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { unknownVariables } from '#sentinel/config/environment.js'
import { STOP_GRACE_MS } from '#sentinel/http/stop/drain.js'
import { hasTool, skipped } from '../tool.js'
import { type Manifest, renderOverlay } from './manifests.js'
import { type Container, containersOf, deploymentOf, environmentOf, type Pod } from './pod.js'
import { faultsOf } from './schema.js'

const found = hasTool('kubectl')

function sentinelOf(pod: Pod): Container {
  const sentinel = containersOf(pod).find(({ name }) => name === 'sentinel')
  if (sentinel === undefined) throw new Error('no container named sentinel')
  return sentinel
}

function portsOf(pod: Pod): Map<string, number> {
  return new Map(
    containersOf(pod).flatMap(({ ports = [] }) => ports.map((port) => [port.name, port.containerPort])),
  )
}

describe.skipIf(!found).for(['standalone', 'fleet', 'sidecar'])(
  `the overlay %s${skipped('kubectl', found)}`,
  (overlay) => {
    const manifests: Manifest[] = found ? renderOverlay(overlay) : []
    const deployment = found ? deploymentOf(manifests) : null
    const pod = deployment?.template.spec as Pod
    const specOf = <Spec>(kind: string): Spec =>
      manifests.find((manifest) => manifest.kind === kind)?.spec as Spec

    test('renders to manifests that the Kubernetes schemas accept, all in one namespace', () => {
      const kinds = manifests.map(({ kind }) => kind)
      for (const kind of [
        'Deployment',
        'Service',
        'NetworkPolicy',
        'PodDisruptionBudget',
        'ServiceMonitor',
      ]) {
        expect(kinds).toContain(kind)
      }
      for (const manifest of manifests) {
        expect({ name: manifest.metadata.name, faults: faultsOf(manifest) }).toMatchObject({ faults: [] })
      }
      const namespaces = manifests
        .filter(({ kind }) => kind !== 'Namespace')
        .map(({ metadata }) => metadata.namespace)
      const own = manifests.find(({ kind }) => kind === 'Namespace')?.metadata
      expect(new Set(namespaces)).toEqual(new Set([own?.name]))
      expect(own?.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted')
    })

    test('every container keeps to the restricted pod security standard', () => {
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      for (const { securityContext } of containersOf(pod)) {
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
        })
      }
    })

    test('every container asks for what it needs, and its memory is bounded', () => {
      for (const { resources } of containersOf(pod)) {
        expect(resources?.requests).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) })
        expect(resources?.limits).toMatchObject({ memory: expect.any(String) })
      }
    })

    test('the sentinel is probed on the admin port, and where it is beside an app its probes hold nobody up', () => {
      const { startupProbe, livenessProbe, readinessProbe } = sentinelOf(pod)
      expect(livenessProbe?.httpGet).toEqual({ path: '/health/live', port: 'admin' })
      if (overlay === 'sidecar') {
        expect([startupProbe, readinessProbe]).toEqual([undefined, undefined])
        return
      }
      expect(startupProbe?.httpGet).toEqual({ path: '/health/live', port: 'admin' })
      expect(readinessProbe?.httpGet).toEqual({ path: '/health/ready', port: 'admin' })
    })

    test('the pod is given more time to end than the service takes, and no links of other Services', () => {
      const { limits } = loadConfig({
        ...environmentOf(sentinelOf(pod), manifests),
        SENTINEL_ALLOW_UNAUTHENTICATED: 'true',
      })
      const neededMs = STOP_GRACE_MS + limits.drainMs
      expect((pod.terminationGracePeriodSeconds ?? 30) * 1000).toBeGreaterThan(neededMs)
      expect(pod.enableServiceLinks).toBe(false)
    })

    test('the settings are ones that the service knows and accepts, and agree with the ports', () => {
      const environment = environmentOf(sentinelOf(pod), manifests)
      expect(unknownVariables(environment)).toEqual([])
      const image = { SENTINEL_HOST: '0.0.0.0' }
      const config = loadConfig({ ...image, ...environment })
      expect(config.admin).toMatchObject({ host: '::', port: portsOf(pod).get('admin') })
      const state = sentinelOf(pod).volumeMounts?.find(({ name }) => name === 'state')
      expect(environment.SENTINEL_STATE_DIR).toBe(state?.mountPath)
      expect(pod.volumes?.map(({ name }) => name)).toContain('state')
      expect(config.host).toBe(overlay === 'sidecar' ? '127.0.0.1' : '::')
    })

    test('selectors find the pod, and the monitor finds the admin port', () => {
      const labels = deployment?.template.metadata.labels
      expect(labels).toMatchObject(deployment?.selector.matchLabels ?? { missing: true })
      for (const kind of ['NetworkPolicy', 'PodDisruptionBudget']) {
        const { selector, podSelector } = specOf<Record<string, { matchLabels: object }>>(kind)
        expect(labels).toMatchObject((selector ?? podSelector)?.matchLabels as object)
      }
      type ServiceSpec = { selector: object; ports: { name: string; targetPort: string }[] }
      const isOurs = ({ kind, metadata }: Manifest) =>
        kind === 'Service' && !metadata.name.endsWith('-valkey')
      for (const service of manifests.filter(isOurs)) {
        const { selector, ports } = service.spec as ServiceSpec
        expect(labels).toMatchObject(selector)
        for (const { targetPort } of ports) expect(portsOf(pod).has(targetPort)).toBe(true)
      }
      type MonitorSpec = {
        selector: { matchLabels: object }
        endpoints: { port: string; honorLabels: boolean }[]
      }
      const { selector, endpoints } = specOf<MonitorSpec>('ServiceMonitor')
      const scraped = manifests.find(({ metadata }) => metadata.name === 'codeflow-sentinel-admin')
      expect(scraped?.metadata.labels).toMatchObject(selector.matchLabels)
      expect(scraped?.spec).toMatchObject({ ports: endpoints.map(({ port }) => ({ name: port })) })
      expect(endpoints.every(({ honorLabels }) => honorLabels)).toBe(true)
    })

    test('the network policy opens the named ports of the pod and no other way in', () => {
      type PolicySpec = { policyTypes: string[]; ingress: { from?: unknown[]; ports: { port: string }[] }[] }
      const { policyTypes, ingress } = specOf<PolicySpec>('NetworkPolicy')
      expect(policyTypes).toEqual(['Ingress'])
      const opened = ingress.flatMap(({ ports }) => ports.map(({ port }) => port))
      expect(opened).toEqual(['admin', overlay === 'sidecar' ? 'app' : 'http'])
      for (const port of opened) expect(portsOf(pod).has(port)).toBe(true)
      for (const { from, ports } of ingress) {
        if (ports.some(({ port }) => port !== 'app')) expect(from).toHaveLength(1)
      }
    })
  },
)

describe.skipIf(!found)('what tells the overlays apart', () => {
  test('the fleet is three replicas that meet at a Valkey, which they alone reach, and share no folder', () => {
    const manifests = renderOverlay('fleet')
    const named = (kind: string, name: string) =>
      manifests.find((one) => one.kind === kind && one.metadata.name === name)?.spec
    const { template } = deploymentOf(manifests)
    expect(named('Deployment', 'codeflow-sentinel')).toMatchObject({ replicas: 3 })
    const environment = environmentOf(sentinelOf(template.spec), manifests)
    const { hostname, port } = new URL(environment.SENTINEL_FLEET_URL as string)
    expect(named('Service', hostname)).toMatchObject({ ports: [{ port: Number(port) }] })
    expect(named('NetworkPolicy', hostname)).toMatchObject({
      ingress: [{ from: [{ podSelector: { matchLabels: { 'codeflow-sentinel': 'true' } } }] }],
    })
    expect(template.metadata.labels).toMatchObject({ 'codeflow-sentinel': 'true' })
    expect(manifests.some(({ kind }) => kind === 'PersistentVolumeClaim')).toBe(false)
  })

  test('the sidecar is a native one: an init container that keeps running beside the app', () => {
    const { initContainers = [], containers } = deploymentOf(renderOverlay('sidecar')).template.spec
    expect(initContainers.map(({ name, restartPolicy }) => ({ name, restartPolicy }))).toEqual([
      { name: 'sentinel', restartPolicy: 'Always' },
    ])
    expect(containers.map(({ name }) => name)).toEqual(['app'])
  })

  test('the stand-alone service asks everybody for a token, Prometheus too', () => {
    const manifests = renderOverlay('standalone')
    const environment = environmentOf(sentinelOf(deploymentOf(manifests).template.spec), manifests)
    expect(environment).toMatchObject({
      SENTINEL_API_TOKEN: 'from-a-secret',
      SENTINEL_ALLOW_UNAUTHENTICATED: 'false',
    })
    const monitor = manifests.find(({ kind }) => kind === 'ServiceMonitor')?.spec
    expect(monitor).toMatchObject({ endpoints: [{ authorization: { credentials: { key: 'token' } } }] })
  })
})
