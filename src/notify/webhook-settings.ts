/** In which form incidents are posted. */
export type WebhookFormat = 'plain' | 'slack' | 'alertmanager'

/** Who is told of incidents, and how. */
export interface WebhookSettings {
  /** Checked by `checkWebhookUrl` before. */
  readonly url: string
  readonly format: WebhookFormat
  /** Signs what is posted; null posts it unsigned. */
  readonly secret: string | null
  /** How long one try may take, in milliseconds. */
  readonly timeoutMs: number
}
