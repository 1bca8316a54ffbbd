import type { Registry } from 'prom-client'
import type { DeliveryOutcome, WebhookListener } from '../../notify/delivery.js'
import { ScrapedMetrics } from './scraped-metrics.js'

/** Counts what became of the posts to the webhook. */
export class WebhookMetrics implements WebhookListener {
  readonly #deliveries: Record<DeliveryOutcome, number> = { ok: 0, failed: 0, dropped: 0 }

  constructor(registry: Registry) {
    new ScrapedMetrics(registry).counters(
      'sentinel_webhook_deliveries_total',
      'Posts to the webhook: taken, given up after the last try, or dropped before the first one.',
      ['outcome'],
      () => Object.entries(this.#deliveries).map(([outcome, count]) => [{ outcome }, count]),
    )
  }

  delivered(outcome: DeliveryOutcome): void {
    this.#deliveries[outcome]++
  }
}
