import type { Telemetry } from './record.js'

/** The fields of a request's record that are no features. */
export const TEXT_FIELDS = [
  'route',
  'user_id',
  'timestamp',
  'traceparent',
] as const satisfies readonly (keyof Telemetry)[]
