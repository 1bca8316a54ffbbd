import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import { caddy, envoy, nginxJson } from './access-log.js'
import { combined } from './combined.js'
import { csv } from './csv.js'
import type { Format } from './format.js'
import { ndjson } from './ndjson.js'

/** Every kind of file that is read, by its name. Of those that recognise a line the first counts. */
export const FORMATS = {
  ndjson,
  caddy,
  envoy,
  'nginx-json': nginxJson,
  combined,
  csv,
} as const satisfies Record<string, Format>
export type FormatName = keyof typeof FORMATS

/**
 * The kind of file that begins with this line; null for none that is known. Records with declared fields are lines of
 * JSON as they are, whoever wrote them, or rows below the names of columns.
 */
export function formatOf(line: string, telemetry: TelemetryModel = REQUEST_TELEMETRY): Format | null {
  if (telemetry !== REQUEST_TELEMETRY) return line.startsWith('{') ? ndjson : csv
  return Object.values(FORMATS).find((format) => format.recognises(line)) ?? null
}
