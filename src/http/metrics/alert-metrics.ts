import type { Registry } from 'prom-client'
import type { Action } from '../../alerts/incidents/incident.js'
import { ScrapedMetrics } from './scraped-metrics.js'

/** The label of what is not about one feature, and of those beyond the bound. */
const NO_FEATURE = 'none'
const OTHER_FEATURE = 'other'
/** Most features that nobody declared; a label must not grow without bound. */
const MAX_FEATURES = 64

/** Figures that are kept elsewhere and read at the scrape; null where there is nothing to show. */
export interface AlertFigures {
  readonly incidentsOpen: () => number
  /** Share of the last records that were alerted by themselves, 0 to 1. */
  readonly alertShare: () => number | null
  /** Share of ordinary records that may be alerted, as it was asked for. */
  readonly alertRate: () => number | null
}

interface Tally<Labels> {
  readonly labels: Labels
  count: number
}

/** Counts of alerts and incidents by the feature that stands out most. Routes are no labels: clients name them. */
export class AlertMetrics {
  readonly #features = new Set<string>([NO_FEATURE, OTHER_FEATURE])
  readonly #alerts = new Map<string, Tally<{ action: Action; feature: string }>>()
  readonly #incidents = new Map<string, Tally<{ feature: string }>>()
  #figures: AlertFigures | null = null

  /** @param features names of what is watched: each is counted from the start */
  constructor(registry: Registry, features: readonly string[]) {
    const scraped = new ScrapedMetrics(registry)
    scraped.counters(
      'sentinel_alerts_total',
      'Records answered THREAT_DETECTED, by what was recommended and the feature that stands out most.',
      ['action', 'feature'],
      () => [...this.#alerts.values()].map(({ labels, count }) => [labels, count]),
    )
    scraped.counters(
      'sentinel_incidents_total',
      'Incidents opened, by the feature that stood out most.',
      ['feature'],
      () => [...this.#incidents.values()].map(({ labels, count }) => [labels, count]),
    )
    scraped.gauge('sentinel_incidents_open', 'Incidents that are open.', () => this.#read('incidentsOpen'))
    scraped.gauge(
      'sentinel_alert_share',
      'Share of the last records that were alerted and belong to no incident, 0 to 1.',
      () => this.#read('alertShare'),
    )
    scraped.gauge(
      'sentinel_alert_rate',
      'Share of ordinary records that may be alerted, as it was asked for.',
      () => this.#read('alertRate'),
    )
    // A counter that begins with its first event hides that event from increase().
    this.expect([...features, NO_FEATURE])
  }

  /** What is watched from now on: each feature is counted from 0. */
  expect(features: readonly string[]): void {
    for (const feature of features) {
      this.#features.add(feature)
      for (const action of ['observe', 'throttle', 'freeze'] as const) this.countAlerts(action, feature, 0)
      this.countIncidents(feature, 0)
    }
  }

  /** Says where the gauges read. */
  show(figures: AlertFigures): void {
    this.#figures = figures
  }

  countAlerts(action: Action, feature: string | null, count: number): void {
    const labels = { action, feature: this.#label(feature) }
    tallyOf(this.#alerts, `${action} ${labels.feature}`, labels).count += count
  }

  countIncidents(feature: string | null, count: number): void {
    const labels = { feature: this.#label(feature) }
    tallyOf(this.#incidents, labels.feature, labels).count += count
  }

  #label(feature: string | null): string {
    if (feature === null) return NO_FEATURE
    if (this.#features.has(feature)) return feature
    if (this.#features.size >= MAX_FEATURES) return OTHER_FEATURE
    this.#features.add(feature)
    return feature
  }

  #read(figure: keyof AlertFigures): number | null {
    return this.#figures === null ? null : this.#figures[figure]()
  }
}

function tallyOf<Labels>(tallies: Map<string, Tally<Labels>>, key: string, labels: Labels): Tally<Labels> {
  const known = tallies.get(key)
  if (known !== undefined) return known
  const tally = { labels, count: 0 }
  tallies.set(key, tally)
  return tally
}
