import { ENDPOINTS } from '../openapi/endpoints.js'

/** What probes ask. */
export const HEALTH_PATHS: ReadonlySet<string> = new Set([
  ENDPOINTS.health.url,
  ENDPOINTS.live.url,
  ENDPOINTS.ready.url,
])

/** What all those ask who watch the service: probes, and the scrape of the metrics. */
export const HEALTH_AND_METRICS_PATHS: ReadonlySet<string> = new Set([...HEALTH_PATHS, ENDPOINTS.metrics.url])

/** Whether a request line's target is one of `paths` to the letter, whatever its query. */
export function asksFor(paths: ReadonlySet<string>, target = ''): boolean {
  const end = target.indexOf('?')
  return paths.has(end === -1 ? target : target.slice(0, end))
}
