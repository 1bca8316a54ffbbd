import type { Registry } from 'prom-client'
import type { NamedDetector } from '../../detectors/named-detector.js'
import { ScrapedMetrics } from './scraped-metrics.js'

/**
 * Shows the figures of several detectors, by the names that the file of settings gives them. Entities are counted and no
 * labels: clients name them.
 */
export function showDetectorMetrics(registry: Registry, detectors: readonly NamedDetector[]): void {
  const scraped = new ScrapedMetrics(registry)
  const show = (name: string, help: string, value: (detector: NamedDetector) => number): void =>
    scraped.counters(name, help, ['detector'], () =>
      detectors.map((one) => [{ detector: one.name }, value(one)] as const),
    )
  show('sentinel_detector_records_total', 'Records judged, by detector.', ({ records }) => records)
  show(
    'sentinel_detector_anomalies_total',
    'Records answered THREAT_DETECTED, by detector.',
    ({ anomalies }) => anomalies,
  )
  show(
    'sentinel_entities_set_aside_total',
    'Entities whose baseline left memory for its file, by detector.',
    ({ entities }) => entities?.left.setAside ?? 0,
  )
  show(
    'sentinel_entities_forgotten_total',
    'Entities whose baseline is gone, as there was no room for it, by detector.',
    ({ entities }) => entities?.left.forgotten ?? 0,
  )
  scraped.gauges(
    'sentinel_entities',
    'Entities with a baseline of their own in memory, by detector.',
    ['detector'],
    () => detectors.map(({ name, entities }) => [{ detector: name }, entities?.size ?? 0] as const),
  )
  scraped.gauges(
    'sentinel_detector_trained',
    'Whether a forest judges by the baseline that the records of a detector share: 0 or 1.',
    ['detector'],
    () => detectors.map(({ name, shared }) => [{ detector: name }, Number(shared.detector.trained)] as const),
  )
}
