import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { EnvironmentSource } from '#sentinel/config/schema.js'
import type { App } from '#sentinel/http/app.js'
import { startApp } from '../http/subject.js'

/** A folder of the test's own. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-detectors-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Variables that name a file with this text. */
export function settings(text: string): EnvironmentSource {
  const path = join(ownFolder(), 'sentinel.yaml')
  writeFileSync(path, text)
  return { SENTINEL_CONFIG: path }
}

/** An app with the settings of a file, each fit at its record. */
export function appWith(text: string, environment: EnvironmentSource = {}): Promise<App> {
  return startApp({ SENTINEL_FIT: 'sync', ...settings(text), ...environment })
}

/** Two detectors, one with a baseline for each service. */
export const SHOP = `
detectors:
  default: {}
  checkout:
    entity: /service
    entities: 3
    route: /step
    features:
      - { name: duration, from: /ms, unit: ms }
      - { name: items, missing: median }
`

/** Sends NDJSON to the batch of a detector, or to the one that nobody names. */
export async function batch(app: App, records: readonly object[], detector?: string, query = '') {
  const answer = await app.inject({
    method: 'POST',
    url: `${detector === undefined ? '' : `/detectors/${detector}`}/analyze-flow/batch${query}`,
    headers: { 'content-type': 'application/x-ndjson' },
    payload: records.map((record) => JSON.stringify(record)).join('\n'),
  })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

interface Figures {
  readonly records: number
  readonly trained: boolean
  readonly generation: number
  readonly alert_share: number
}

interface Shown extends Figures {
  readonly name: string
  readonly features: readonly string[]
  readonly entities: {
    readonly places: number
    readonly set_aside: number
    readonly forgotten: number
    readonly in_memory: readonly (Figures & { readonly entity: string })[]
  } | null
}

/** What `GET /detectors` says of one. */
export async function shown(app: App, name: string): Promise<Shown> {
  const { detectors } = (await app.inject('/detectors')).json() as { detectors: Shown[] }
  const found = detectors.find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

/** The entities of a detector that are in memory, and their records. */
export async function inMemory(app: App, name: string): Promise<Record<string, number>> {
  const { entities } = await shown(app, name)
  return Object.fromEntries((entities?.in_memory ?? []).map(({ entity, records }) => [entity, records]))
}

/** Ordinary steps of a checkout, the same for the same seed. */
export function steps(service: string, n: number, seed = 1, base = 100): Record<string, unknown>[] {
  let state = seed
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return Array.from({ length: n }, (_, i) => ({
    service,
    step: `/pay${i % 2}`,
    ms: base * (0.8 + 0.4 * random()),
    items: 1 + Math.floor(5 * random()),
  }))
}
