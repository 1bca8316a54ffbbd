import { onTestFinished } from 'vitest'
import { type Webhook, webhookOf } from '#sentinel/notify/webhook.js'
import type { WebhookSettings } from '#sentinel/notify/webhook-settings.js'
import { ManualClock } from './manual-clock.js'
import { Outcomes } from './stand-in.js'

/** A length that no pause has. */
export const TIMEOUT_MS = 5_001
/** How long closing waits at most. */
export const CLOSE_MS = 1_000
/** The pauses between eight tries when chance adds nothing. */
export const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]

export interface Subject {
  readonly webhook: Webhook
  readonly clock: ManualClock
  readonly outcomes: Outcomes
  /** Each log line: level, fields and message. */
  readonly lines: [level: string, fields: object, message: string][]
}

/** A webhook to a URL, on a clock that the test moves. */
export function webhookTo(url: string, settings: Partial<WebhookSettings> = {}): Subject {
  const clock = new ManualClock()
  const outcomes = new Outcomes()
  const lines: Subject['lines'] = []
  const webhook = webhookOf(
    { url, format: 'plain', secret: null, timeoutMs: TIMEOUT_MS, ...settings },
    {
      clock,
      listener: outcomes,
      log: {
        info: (fields, message) => lines.push(['info', fields, message]),
        warn: (fields, message) => lines.push(['warn', fields, message]),
      },
      chance: () => 0,
      version: '1.2.3',
      instance: 'pod-7',
    },
  ) as Webhook
  onTestFinished(async () => {
    const closed = webhook.close()
    // A test may end with a post that hangs.
    if (clock.timers.includes(CLOSE_MS)) await clock.pass(CLOSE_MS)
    await closed
  })
  return { webhook, clock, outcomes, lines }
}
