import { Alerts } from '#sentinel/alerts/alerts.js'
import type { Incident } from '#sentinel/alerts/evidence/gathered-incident.js'
import { Detector } from '#sentinel/detector/detector.js'
import type { TimedRecord } from '../../../made-up/timed-traffic.js'
import { DEFAULTS } from '../../../made-up/trial/replay.js'

/** What was said of each record. */
export interface Heard {
  readonly records: readonly TimedRecord[]
  /** The forest's score; NaN while there was none. */
  readonly scores: Float64Array
  /** -ln p. */
  readonly surprise: Float64Array
  /** 1 where the record was an alert, and where it belonged to an open incident. */
  readonly alerted: Uint8Array
  readonly inside: Uint8Array
  /** 0 for no alert, 1 `observe`, 2 `throttle`, 3 `freeze`. */
  readonly action: Uint8Array
  /** Every incident and the record at which it opened. */
  readonly opened: readonly { readonly at: number; readonly incident: Incident }[]
}

export interface HeardOptions {
  readonly seed?: number
  /** Records from fit to fit. */
  readonly retrainEvery?: number
  readonly rate?: number
}

const ACTIONS = ['observe', 'throttle', 'freeze']

/**
 * Runs records through a detector and the alerts behind it by the service's defaults, without static limits. Each fit
 * is waited for, so that the same records give the same answers.
 */
export async function hear(
  records: readonly TimedRecord[],
  { seed = 42, retrainEvery = DEFAULTS.retrainEvery, rate = 0.001 }: HeardOptions = {},
): Promise<Heard> {
  const n = records.length
  const scores = new Float64Array(n)
  const surprise = new Float64Array(n)
  const [alerted, inside, action] = [new Uint8Array(n), new Uint8Array(n), new Uint8Array(n)]
  const opened: { at: number; incident: Incident }[] = []
  let alerts: Alerts | null = null
  let nowMs = 0
  const detector = await Detector.create({
    ...DEFAULTS,
    seed,
    retrainEvery,
    clock: () => nowMs,
    onFit: ({ outcome }) => {
      if (outcome === 'ok') alerts?.adopt(detector.fittedScores)
    },
  })
  alerts = new Alerts({
    features: detector.features.map(({ name }) => ({ name, direction: 'both' })),
    rate,
  })
  for (const [i, record] of records.entries()) {
    nowMs = record.timeMs
    const verdict = detector.rate(record)
    const { route = '', considered = [] } = detector.rated ?? {}
    const score = verdict.detector === 'forest' ? verdict.score : Number.NaN
    const said = alerts.judge({ route, score, values: considered }, record.timeMs)
    scores[i] = score
    surprise[i] = said.surprise
    alerted[i] = said.alert ? 1 : 0
    inside[i] = said.incident === null ? 0 : 1
    action[i] = said.action === null ? 0 : 1 + ACTIONS.indexOf(said.action)
    for (const { kind, incident } of said.events) if (kind === 'opened') opened.push({ at: i, incident })
    detector.learn('usual')
  }
  await detector.close()
  return { records, scores, surprise, alerted, inside, action, opened }
}
