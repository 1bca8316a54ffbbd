import { recordedRoute } from '../../telemetry/exchange.js'
import type { Feature } from '../../telemetry/features.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import type { Telemetry, TelemetryRecord } from '../../telemetry/record.js'
import type { UsualSizes } from '../../telemetry/usual-sizes.js'
import type { Format } from './format.js'

const NAMES: readonly string[] = ['latency', 'input_length', 'errors']

/** Whether what a telemetry declares is a request: `latency`, and at most `input_length` and `errors` beside it. */
export function declaresRequests({ features }: TelemetryModel): boolean {
  const names = features.map(({ name }) => name)
  return names.includes('latency') && names.every((name) => NAMES.includes(name))
}

/**
 * Records of requests from lines that somebody else writes, as a telemetry with the features of requests declares.
 * @param base what makes an object of a line: JSON, or the columns of a table
 */
export function requestsBy(map: TelemetryModel, base: Format): Format {
  return {
    open(options) {
      const read = base.open({ ...options, telemetry: map })
      const requestOf = requestReader(map, options.sizes)
      return (line) => {
        const reading = read(line)
        return reading === null ? null : { ...reading, record: requestOf(reading.record) }
      }
    },
    recognises: base.recognises,
  }
}

function requestReader(map: TelemetryModel, sizes: UsualSizes): (line: TelemetryRecord) => Telemetry {
  const [latency, inputLength, errors] = NAMES.map((name) =>
    map.features.find((feature) => feature.name === name),
  ) as [Feature, Feature | undefined, Feature | undefined]
  return (line) => {
    const latencyMs = latency.extract(line)
    if (Number.isNaN(latencyMs)) throw new Error('it does not say how long the request took')
    const route = recordedRoute(pathOf(map.routeOf(line) ?? ''))
    const record: Telemetry = {
      latency: latencyMs,
      input_length: sizes.of(route, sizeOf(inputLength?.extract(line))),
      errors: Math.max(0, Math.round(errors?.extract(line) || 0)),
      route,
    }
    const time = map.timestampOf(line)
    if (time !== undefined && time !== '' && time !== '-') record.timestamp = time
    return record
  }
}

/** Null where it is missing: some write a number below 0 for what they do not know. */
function sizeOf(value = Number.NaN): number | null {
  return value >= 0 ? Math.abs(Math.round(value)) : null
}

/** The path of a request line (`GET /a?b HTTP/1.1`) or of a target, without its query. */
export function pathOf(target: string): string {
  const path = target.includes(' ') ? (target.split(' ')[1] ?? '') : target
  return path.split(/[?#]/, 1)[0] as string
}
