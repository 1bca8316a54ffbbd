import type { RecordSchemas, TelemetryModel } from './model.js'
import { RawRecord } from './raw-record.js'
import { Telemetry } from './record.js'

const REQUESTS: RecordSchemas = { record: Telemetry, raw: RawRecord }

/** What the records of a telemetry look like. */
export function schemasOf({ schemas }: TelemetryModel): RecordSchemas {
  return schemas ?? REQUESTS
}
