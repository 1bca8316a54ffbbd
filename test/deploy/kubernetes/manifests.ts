import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

export const KUBERNETES_FOLDER = fileURLToPath(new URL('../../../deploy/kubernetes/', import.meta.url))

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec?: unknown
  readonly data?: Readonly<Record<string, string>>
}

/** The documents of a stream of YAML; duplicate keys and other slips are errors. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0]) throw document.errors[0]
    return document.toJS() as Manifest
  })
}

/** Every manifest as it is written, by file; patches and the overlays' own kustomizations are not manifests. */
export function writtenManifests(): { file: string; manifest: Manifest }[] {
  return readdirSync(KUBERNETES_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
    .flatMap((file) =>
      parseManifests(readFileSync(join(KUBERNETES_FOLDER, file), 'utf8')).map((manifest) => ({
        file,
        manifest,
      })),
    )
    .filter(({ manifest }) => !Array.isArray(manifest))
}

/** What an overlay comes to. */
export function renderOverlay(name: string): Manifest[] {
  const folder = join(KUBERNETES_FOLDER, 'overlays', name)
  return parseManifests(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' }))
}
