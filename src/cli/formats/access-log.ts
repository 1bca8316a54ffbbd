import type { FeatureDeclaration, TelemetryDeclaration } from '../../telemetry/declared/declaration.js'
import { declaredTelemetry } from '../../telemetry/declared/declared-model.js'
import type { Format } from './format.js'
import { ndjson } from './ndjson.js'
import { requestsBy } from './request-map.js'

/** An access log that is lines of JSON, by a declaration such as `--map` takes from a file. */
function accessLog(declaration: TelemetryDeclaration, looksLike: (line: string) => boolean): Format {
  const format = requestsBy(declaredTelemetry(declaration), ndjson)
  return { ...format, recognises: (line) => line.startsWith('{') && looksLike(line) }
}

/** Numbers may be text, and `-` and -1 stand for none. */
const SIZE: FeatureDeclaration = { name: 'input_length', coerce: true, missing: 'median', absent: [-1] }

/** `log_format … escape=json` with the names of nginx' own variables. */
export const nginxJson = accessLog(
  {
    route: '/uri | /request_uri | /request',
    timestamp: '/msec | /time_iso8601 | /time | /timestamp',
    features: [
      // In seconds; with a number for each server that was tried, of which the last one answered.
      { name: 'latency', from: '/request_time', times: 1000, coerce: true, several: 'last' },
      { ...SIZE, from: '/content_length | /request_length', several: 'last' },
      { name: 'errors', from: 'any(status>=500, status=0)' },
    ],
  },
  (line) => line.includes('"request_time"'),
)

/** Caddy's access log: https://caddyserver.com/docs/logging. */
export const caddy = accessLog(
  {
    route: '/request/uri | /request.uri',
    timestamp: '/ts',
    features: [
      { name: 'latency', from: '/duration', times: 1000, coerce: true },
      { ...SIZE, from: '/bytes_read | /request/headers/Content-Length/0' },
      { name: 'errors', from: 'any(status>=500, status=0)' },
    ],
  },
  (line) => /"request"\s*:\s*\{/.test(line) && line.includes('"duration"'),
)

/** Envoy's access log in JSON, with the names that its documentation gives to the fields. */
export const envoy = accessLog(
  {
    route: '/route_name | /path | /x-envoy-original-path',
    timestamp: '/start_time',
    features: [
      { name: 'latency', from: '/duration', coerce: true },
      { ...SIZE, from: '/bytes_received' },
      { name: 'errors', from: 'any(response_code>=500, response_code=0)' },
    ],
  },
  (line) => line.includes('"response_code"'),
)
