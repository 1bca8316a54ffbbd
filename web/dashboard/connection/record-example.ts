import type { Api } from './api.js'

interface Description {
  readonly components?: {
    readonly schemas?: { readonly Telemetry?: { readonly examples?: readonly Record<string, unknown>[] } }
  }
}

/** Features of requests, for which the page has fields of its own. */
const OF_REQUESTS = ['latency', 'input_length', 'errors']

/**
 * A record as the service takes them, by its own description; null where it watches requests.
 * @throws ApiFailure
 */
export async function declaredExample(api: Api): Promise<Record<string, unknown> | null> {
  const { components } = await api.get<Description>('./openapi.json')
  const example = components?.schemas?.Telemetry?.examples?.[0]
  return example === undefined || OF_REQUESTS.every((name) => name in example) ? null : example
}
