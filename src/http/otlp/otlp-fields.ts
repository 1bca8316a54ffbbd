/** Numbers of the fields that are read, by message: https://github.com/open-telemetry/opentelemetry-proto, version 1. */
export const REQUEST = { resourceSpans: 1 } as const
export const RESOURCE_SPANS = { resource: 1, scopeSpans: 2 } as const
export const RESOURCE = { attributes: 1 } as const
export const SCOPE_SPANS = { spans: 2 } as const
export const SPAN = {
  traceId: 1,
  spanId: 2,
  name: 5,
  kind: 6,
  start: 7,
  end: 8,
  attributes: 9,
  events: 11,
  status: 15,
} as const
export const STATUS = { code: 3 } as const
export const EVENT = { name: 2 } as const
export const KEY_VALUE = { key: 1, value: 2 } as const
export const ANY_VALUE = { text: 1, truth: 2, integer: 3, double: 4, list: 5 } as const
export const LIST = { values: 1 } as const
