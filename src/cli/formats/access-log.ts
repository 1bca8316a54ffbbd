import { recordOf } from '../../telemetry/exchange.js'
import type { Telemetry } from '../../telemetry/record.js'
import type { UsualSizes } from '../../telemetry/usual-sizes.js'
import { valueText } from '../../text/value-text.js'
import { type Format, labelOf } from './format.js'
import { objectOf, valueAt } from './json-line.js'

/** Where an access log in JSON has what a record is made of. The first field that a line has counts. */
interface Fields {
  readonly latency: readonly string[]
  /** Milliseconds in one of its units. */
  readonly latencyMs: number
  readonly inputLength: readonly string[]
  readonly status: readonly string[]
  readonly route: readonly string[]
  readonly time: readonly string[]
}

const NO_STATUSES: ReadonlySet<number> = new Set()

/** `log_format … escape=json` with the names of nginx' own variables. */
export const nginxJson = accessLog(
  {
    latency: ['request_time'],
    latencyMs: 1000,
    inputLength: ['content_length', 'request_length'],
    status: ['status'],
    route: ['uri', 'request_uri', 'request'],
    time: ['msec', 'time_iso8601', 'time', 'timestamp'],
  },
  (line) => line.includes('"request_time"'),
)

/** Caddy's access log: https://caddyserver.com/docs/logging. */
export const caddy = accessLog(
  {
    latency: ['duration'],
    latencyMs: 1000,
    inputLength: ['bytes_read', 'request.headers.Content-Length'],
    status: ['status'],
    route: ['request.uri'],
    time: ['ts'],
  },
  (line) => /"request"\s*:\s*\{/.test(line) && line.includes('"duration"'),
)

/** Envoy's access log in JSON, with the names that its documentation gives to the fields. */
export const envoy = accessLog(
  {
    latency: ['duration'],
    latencyMs: 1,
    inputLength: ['bytes_received'],
    status: ['response_code'],
    route: ['route_name', 'path', 'x-envoy-original-path'],
    time: ['start_time'],
  },
  (line) => line.includes('"response_code"'),
)

function accessLog(fields: Fields, looksLike: (line: string) => boolean): Format {
  return {
    open:
      ({ label, sizes }) =>
      (line) => {
        const object = objectOf(line)
        return { record: recordIn(object, fields, sizes), label: labelOf(object[label]) }
      },
    recognises: (line) => line.startsWith('{') && looksLike(line),
  }
}

function recordIn(object: Record<string, unknown>, fields: Fields, sizes: UsualSizes): Telemetry {
  const latency = numberAt(object, fields.latency)
  if (latency === null) throw new Error(`${fields.latency.join(' or ')} is missing`)
  const status = numberAt(object, fields.status) ?? 0
  const route = pathOf(valueText(first(object, fields.route)) ?? '')
  const size = numberAt(object, fields.inputLength)
  const record = recordOf(
    {
      latencyMs: latency * fields.latencyMs,
      // Some write -1 for what they do not know.
      inputLength: sizes.of(route, size === null || size < 0 ? null : Math.abs(Math.round(size))),
      status,
      failed: status === 0,
    },
    route,
    NO_STATUSES,
  )
  const time = first(object, fields.time)
  if (typeof time === 'string' || typeof time === 'number') record.timestamp = time
  return record
}

function first(object: Record<string, unknown>, paths: readonly string[]): unknown {
  for (const path of paths) {
    const value = valueAt(object, path)
    if (value !== undefined && value !== null && value !== '' && value !== '-') return value
  }
  return undefined
}

/** A number, or the last of several: nginx writes one for each server that was tried. */
function numberAt(object: Record<string, unknown>, paths: readonly string[]): number | null {
  const value = first(object, paths)
  if (value === undefined) return null
  const number = Number(
    valueText(value)
      ?.split(/[,:]\s*/)
      .at(-1),
  )
  if (!Number.isFinite(number)) throw new Error(`${paths[0]} must be a number`)
  return number
}

/** The path of a request line (`GET /a?b HTTP/1.1`) or of a target, without its query. */
export function pathOf(target: string): string {
  const path = target.includes(' ') ? (target.split(' ')[1] ?? '') : target
  return path.split(/[?#]/, 1)[0] as string
}
