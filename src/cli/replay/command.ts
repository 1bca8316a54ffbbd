import process from 'node:process'
import type { Sentinel } from '../../sentinel.js'
import { EXIT } from '../exit.js'
import { FORMATS } from '../formats/formats.js'
import { Progress } from '../history/progress.js'
import { type ReadRecord, readInOrder } from '../history/read-records.js'
import { replayingSentinel } from '../history/replaying-sentinel.js'
import { writeOut } from '../write-out.js'
import { REPLAY_USAGE, type ReplayOptions, readReplayOptions } from './options.js'
import { reportOf, reportText } from './report.js'
import { ReplayTally } from './tally.js'

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
  const sentinel = await replayingSentinel(options.stateDir)
  const tally = new ReplayTally(options.whatIf)
  const progress = new Progress()
  try {
    await judgeAll(sentinel, options, tally, progress)
  } finally {
    progress.end()
    await sentinel.close()
  }
  const report = reportOf(tally, sentinel.incidents.list().reverse())
  if (options.form === 'text') await writeOut(reportText(report))
  if (options.form === 'json') await writeOut(`${JSON.stringify(report, null, 2)}\n`)
  const happened = { incident: report.incidents.length, alert: report.alerted }
  return options.failOn !== null && happened[options.failOn] > 0 ? EXIT.missed : EXIT.done
}

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
    else if (answers.length > 0) await writeOut(`${answers.join('\n')}\n`)
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
