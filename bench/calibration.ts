// Is p what it says? The share of ordinary records that it is at most so rare for, stream by stream.
import { type CalibrationLine, cleanAnswer } from './accuracy/alerts/clean.js'
import { extentOf } from './accuracy/alerts/extent.js'
import { recordedStreams } from './accuracy/alerts/streams.js'
import type { Goal, Order, Outcome } from './goal.js'

const RETRAIN_EVERY = 50
/** The share that may be alerted by default, and how many times it may be. */
const RATE = 0.001
const MOST = 2

export interface CalibrationFigures {
  readonly lines: readonly CalibrationLine[]
}

export async function benchmarkCalibration({ quick, progress }: Order): Promise<Outcome> {
  const streams = recordedStreams()
  const { table, calibration } = await cleanAnswer(streams, extentOf(quick, RETRAIN_EVERY, progress))
  const missing = streams.length === 0 ? ['No shared data here: only made-up traffic is tried.'] : []
  const figures: CalibrationFigures = { lines: calibration }
  return { goals: calibration.flatMap(goalsOf), text: [...missing, table].join('\n\n'), figures }
}

/** None for a stream that is too short. */
function goalsOf({ stream, points }: CalibrationLine): Goal[] {
  const point = points.find(({ asked }) => asked === RATE)
  if (point === undefined) return []
  const multiple = point.seen / RATE
  const goal = {
    question: `${stream}: ordinary records with p of at most ${RATE}, of what that says`,
    wanted: `${1 / MOST}x to ${MOST}x`,
    measured: `${multiple.toFixed(2)}x`,
    met: multiple >= 1 / MOST && multiple <= MOST,
  }
  return [goal]
}
