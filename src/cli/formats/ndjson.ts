import { type Format, labelOf } from './format.js'
import { objectOf } from './json-line.js'

/** One telemetry record a line, as `POST /analyze-flow` takes it. */
export const ndjson: Format = {
  open:
    ({ label }) =>
    (line) => {
      const value = objectOf(line)
      return { record: value, label: labelOf(value[label]) }
    },
  recognises: (line) => /^\{.*"latency"\s*:/.test(line),
}
