/** `dropped`: it was never tried, because too many waited before it or the service stopped. */
export type DeliveryOutcome = 'ok' | 'failed' | 'dropped'

/** Told what became of each post. */
export interface WebhookListener {
  delivered(outcome: DeliveryOutcome): void
}
