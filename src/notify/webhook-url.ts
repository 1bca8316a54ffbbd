import { checkOutsideUrl } from '../text/outside-url.js'
import type { WebhookFormat } from './webhook-settings.js'

const VARIABLE = 'SENTINEL_WEBHOOK_URL'
const ALERTS_PATH = '/api/v2/alerts'

const EXAMPLES: Readonly<Record<WebhookFormat, string>> = {
  plain: 'https://hooks.example/incidents',
  slack: 'https://hooks.slack.com/services/…',
  alertmanager: `http://alertmanager:9093${ALERTS_PATH}`,
}

/**
 * Checks where incidents are posted to: an http or https URL without credentials or fragment, not a link-local or cloud
 * metadata address, and for an Alertmanager the path of its API.
 * @throws Error with a one-line message that repeats nothing of the URL, which may be a secret itself
 */
export function checkWebhookUrl(text: string, format: WebhookFormat): URL {
  const example = EXAMPLES[format]
  const url = checkOutsideUrl(text, { variable: VARIABLE, example, query: true })
  if (format === 'alertmanager' && !url.pathname.endsWith(ALERTS_PATH)) {
    throw new Error(
      `${VARIABLE} must end in ${ALERTS_PATH} where SENTINEL_WEBHOOK_FORMAT is alertmanager: give a URL such as ${example}`,
    )
  }
  return url
}
