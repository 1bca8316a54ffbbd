import type { TimedRecord } from '../../../made-up/timed-traffic.js'
import { hear } from '../alerts/heard.js'
import type { Series } from './corpus.js'

/** What is said of the records of a series, by a detector and alerts of their own. */
export interface SeriesScores {
  /** The forest's score; 0 while there is no forest. */
  readonly scores: Float64Array
  /** -ln p. */
  readonly surprise: Float64Array
  /** The same where somebody is told something new: at alerts that belong to no incident, and where an incident opens. */
  readonly told: Float64Array
}

/** @param seed of the forest. */
export async function scoresOf(series: Series, seed: number): Promise<SeriesScores> {
  const { scores, surprise, alerted, inside, opened } = await hear(asRecords(series), { seed })
  const told = surprise.map((each, i) => (alerted[i] && !inside[i] ? each : 0))
  for (const { at } of opened) told[at] = Math.max(told[at] as number, surprise[at] as number)
  return { scores: scores.map((score) => (Number.isNaN(score) ? 0 : score)), surprise, told }
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
