import process from 'node:process'
import { loadConfig } from '../../config/config.js'
import { environmentWithFile } from '../../config/dotenv.js'
import { withForestFile } from '../../config/forest-file.js'
import { Sentinel, type SentinelOptions } from '../../sentinel.js'
import { StateFile } from '../../state/state-file.js'
import { EXIT } from '../exit.js'
import { FORMATS } from '../formats/formats.js'
import { REPLAY_USAGE, type ReplayOptions, readReplayOptions } from './options.js'
import { Progress } from './progress.js'
import { type ReadRecord, readInOrder } from './read-records.js'
import { reportOf, reportText } from './report.js'
import { ReplayTally } from './tally.js'

/** Incidents that the report can hold. */
const INCIDENTS_MAX = 10_000

/**
 * Judges the records of files, and reports on standard output.
 * @returns the exit code
 * @throws CommandError for a call that is wrong or input that cannot be read, ConfigError for the environment
 */
export async function replay(args: readonly string[]): Promise<number> {
  const options = readReplayOptions(args)
  if (options === null) {
    process.stdout.write(REPLAY_USAGE)
    return EXIT.done
  }
  const sentinel = await replayingSentinel(options)
  const tally = new ReplayTally(options.whatIf)
  const progress = new Progress()
  try {
    await judgeAll(sentinel, options, tally, progress)
  } finally {
    progress.end()
    await sentinel.close()
  }
  const report = reportOf(tally, sentinel.incidents.list().reverse())
  if (options.form === 'text') await write(reportText(report))
  if (options.form === 'json') await write(`${JSON.stringify(report, null, 2)}\n`)
  const happened = { incident: report.incidents.length, alert: report.alerted }
  return options.failOn !== null && happened[options.failOn] > 0 ? EXIT.missed : EXIT.done
}

/** By the settings of the service, but for what depends on its pace. */
async function replayingSentinel({ stateDir }: ReplayOptions): Promise<Sentinel> {
  const { detector, alerts, forestFile } = loadConfig({ ...environmentWithFile(), SENTINEL_FIT: 'sync' })
  const options: SentinelOptions = {
    detector,
    alerts,
    anomaliesMax: 1,
    incidentsMax: INCIDENTS_MAX,
    ...(stateDir !== null && { state: { store: new StateFile(stateDir), intervalMs: NEVER_MS } }),
  }
  if (forestFile === null) return Sentinel.create(options)
  return withForestFile(forestFile, (forest) =>
    Sentinel.create({ ...options, detector: { ...detector, forest } }),
  )
}

/** The state is written once, at the end. */
const NEVER_MS = 2 ** 31 - 1

async function judgeAll(
  sentinel: Sentinel,
  { files, input, label, form }: ReplayOptions,
  tally: ReplayTally,
  progress: Progress,
): Promise<void> {
  const reading = {
    format: input === null ? null : FORMATS[input],
    label,
    onRead: progress.read.bind(progress),
  }
  for await (const portion of readInOrder(files, reading)) {
    const answers = form === 'ndjson' ? portion.map((read) => judgeOne(sentinel, read, tally, true)) : null
    if (answers === null) for (const read of portion) judgeOne(sentinel, read, tally, false)
    else if (answers.length > 0) await write(`${answers.join('\n')}\n`)
    progress.show(tally.records)
  }
}

function judgeOne(sentinel: Sentinel, read: ReadRecord, tally: ReplayTally, answer: boolean): string {
  const { file, line, record, fault, label } = read
  if (record === null) {
    tally.reject({ file, line, reason: fault ?? '' })
    return answer ? JSON.stringify({ file, line, status: 'REJECTED', error: fault }) : ''
  }
  const judgement = sentinel.judge(record)
  if (judgement === null) throw new Error('the sentinel is closed')
  tally.add(record, label, judgement)
  if (!answer) return ''
  const { anomaly, p, verdict } = judgement
  if (anomaly === null)
    return JSON.stringify({ file, line, status: 'OK', p, prediction_score: verdict.score })
  const { action, reason, confidence, incident } = anomaly
  const told = { action, reason, p, prediction_score: verdict.score, confidence, incident }
  return JSON.stringify({ file, line, status: 'THREAT_DETECTED', ...told })
}

/** Waits where the reader is slower. */
function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}
