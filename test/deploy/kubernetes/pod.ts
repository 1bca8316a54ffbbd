import type { Manifest } from './manifests.js'

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string | number }
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly restartPolicy?: string
  readonly command?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[]
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe?: Probe
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>
    readonly limits?: Readonly<Record<string, string>>
  }
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
}

export interface Pod {
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly automountServiceAccountToken?: boolean
  readonly enableServiceLinks?: boolean
  readonly terminationGracePeriodSeconds?: number
  readonly volumes?: readonly { readonly name: string }[]
}

interface DeploymentSpec {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
  readonly template: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: Pod }
}

/** The only Deployment of a rendered overlay, but for that of a bus. */
export function deploymentOf(manifests: readonly Manifest[]): DeploymentSpec {
  const [found, another] = manifests.filter(
    ({ kind, metadata }) => kind === 'Deployment' && !metadata.name.endsWith('-valkey'),
  )
  if (found === undefined || another !== undefined) throw new Error('not exactly one Deployment')
  return found.spec as DeploymentSpec
}

export function containersOf({ initContainers = [], containers }: Pod): Container[] {
  return [...initContainers, ...containers]
}

/** The environment that a container gets, from literals and ConfigMaps; what a Secret holds is `from-a-secret`. */
export function environmentOf(container: Container, manifests: readonly Manifest[]): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const { configMapRef } of container.envFrom ?? []) {
    const map = manifests.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef.name,
    )
    if (map === undefined) throw new Error(`no ConfigMap ${configMapRef.name}`)
    Object.assign(environment, map.data)
  }
  for (const { name, value } of container.env ?? []) environment[name] = value ?? 'from-a-secret'
  return environment
}
