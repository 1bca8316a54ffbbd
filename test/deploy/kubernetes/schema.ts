import { validate as deployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment'
import { validate as configMap } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap'
import { validate as namespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace'
import { validate as claim } from 'kubernetes-models/_schemas/IoK8sApiCoreV1PersistentVolumeClaim'
import { validate as service } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service'
import { validate as serviceAccount } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount'
import { validate as networkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'
import { validate as disruptionBudget } from 'kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget'
import type { Manifest } from './manifests.js'

interface Validate {
  (data: unknown): boolean
  errors?:
    | readonly { readonly instancePath: string; readonly keyword: string; readonly params: object }[]
    | null
}

// This package exports its models only, which copy what they check; its schemas lie beside them.
const operatorSchemas = '../../../node_modules/@kubernetes-models/prometheus-operator/_schemas/'
const monitorSchema = 'ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1ServiceMonitor.js'
const { validate: serviceMonitor } = (await import(
  new URL(operatorSchemas + monitorSchema, import.meta.url).href
)) as { validate: Validate }

const SCHEMAS: Readonly<Record<string, unknown>> = {
  'apps/v1 Deployment': deployment,
  'monitoring.coreos.com/v1 ServiceMonitor': serviceMonitor,
  'networking.k8s.io/v1 NetworkPolicy': networkPolicy,
  'policy/v1 PodDisruptionBudget': disruptionBudget,
  'v1 ConfigMap': configMap,
  'v1 Namespace': namespace,
  'v1 PersistentVolumeClaim': claim,
  'v1 Service': service,
  'v1 ServiceAccount': serviceAccount,
}

/** What the Kubernetes schema of its kind holds against a manifest, fields that it does not know among them. */
export function faultsOf(manifest: Manifest): string[] {
  const validate = SCHEMAS[`${manifest.apiVersion} ${manifest.kind}`] as Validate | undefined
  if (validate === undefined) return [`no schema for ${manifest.apiVersion} ${manifest.kind}`]
  const read = new Map<string, Set<string>>()
  if (!validate(watched(manifest, '', read))) {
    return (validate.errors ?? []).map(
      ({ instancePath, keyword, params }) => `${instancePath}: ${keyword} ${JSON.stringify(params)}`,
    )
  }
  return unread(manifest, '', read).map((path) => `${path} is no field that Kubernetes knows`)
}

/** The published schemas let unknown fields pass; but a field that a schema does not name is one it never reads. */
function watched(value: unknown, path: string, read: Map<string, Set<string>>): unknown {
  if (value === null || typeof value !== 'object') return value
  const seen = read.get(path) ?? new Set<string>()
  read.set(path, seen)
  return new Proxy(value, {
    get(target, key) {
      const field = Reflect.get(target, key) as unknown
      if (typeof key !== 'string') return field
      seen.add(key)
      return watched(field, `${path}/${key}`, read)
    },
  })
}

function unread(value: unknown, path: string, read: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, field]) => {
    const here = `${path}/${key}`
    return read.get(path)?.has(key) === true ? unread(field, here, read) : [here]
  })
}
