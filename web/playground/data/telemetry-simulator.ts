import { mulberry32 } from '../../../made-up/random.js'
import { withAttacks } from '../../../made-up/recipes.js'
import { codeRunnerTraffic } from '../../../made-up/traffic.js'
import type { Table } from './table.js'

const ATTACK_SHARE = 0.03

/** Requests to a service that runs code, some of them attacks, as a table with a row for each. */
export function simulateTelemetry(nRows = 2000, seed = 42): Table {
  const records = withAttacks(codeRunnerTraffic(nRows, seed), ATTACK_SHARE, mulberry32(seed + 1))
  const columns = {
    latency: records.map(({ latency }) => Math.round(10 * latency) / 10),
    input_length: records.map(({ input_length }) => input_length),
    errors: records.map(({ errors }) => errors),
  }
  return {
    name: 'sample telemetry',
    nRows,
    numbers: Object.entries(columns).map(([name, values]) => ({ name, values: Float64Array.from(values) })),
    texts: [{ name: 'route', values: records.map(({ route }) => route) }],
    // As in a file: the first line is the header.
    lines: Uint32Array.from({ length: nRows }, (_, row) => row + 2),
    leftOut: [],
  }
}
