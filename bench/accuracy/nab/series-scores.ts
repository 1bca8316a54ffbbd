import type { TimedRecord } from '../../../made-up/timed-traffic.js'
import { hear } from '../alerts/heard.js'
import type { Series } from './corpus.js'

/** What is said of the records of a series, by a detector and alerts of their own. */
export interface SeriesScores {
  /** The forest's score; 0 while there is no forest. */
  readonly scores: Float64Array
  /** -ln p. */
  readonly surprise: Float64Array
}

export async function scoresOf(series: Series): Promise<SeriesScores> {
  const { scores, surprise } = await hear(asRecords(series))
  return { scores: scores.map((score) => (Number.isNaN(score) ? 0 : score)), surprise }
}

/** A series as telemetry: its values in the place of latency, all of one route. */
function asRecords({ name, times, values }: Series): TimedRecord[] {
  return Array.from(values, (latency, i) => ({
    latency,
    input_length: 0,
    errors: 0,
    route: name,
    timeMs: Date.parse(`${times[i]}Z`),
    label: 0,
    kind: 'normal',
    attack: -1,
  }))
}
