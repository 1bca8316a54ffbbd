import process from 'node:process'
import type { Judgement, Sentinel } from '../../sentinel.js'
import { EXIT } from '../exit.js'
import { FORMATS } from '../formats/formats.js'
import { Progress } from '../history/progress.js'
import { type ReadRecord, readInOrder } from '../history/read-records.js'
import { replayingSentinel } from '../history/replaying-sentinel.js'
import { writeOut } from '../write-out.js'
import { answerLine, HEADINGS } from './answer-line.js'
import { REPLAY_USAGE, type ReplayOptions, readReplayOptions } from './options.js'
import { reportOf, reportText } from './report.js'
import { reportPage } from './report-page.js'
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
  const sentinel = await replayingSentinel(options)
  const { telemetry } = sentinel
  const tally = new ReplayTally(options.whatIf, { draws: options.form === 'html', telemetry })
  const progress = await Progress.open()
  try {
    await judgeAll(sentinel, options, tally, progress)
  } finally {
    progress.end()
    await sentinel.close()
  }
  const report = reportOf(tally, sentinel.incidents.list().reverse())
  if (options.form === 'text') await writeOut(reportText(report))
  if (options.form === 'html') await writeOut(await reportPage(report, tally.timeline))
  if (options.form === 'json') await writeOut(`${JSON.stringify(report, null, 2)}\n`)
  const happened = { incident: report.incidents.length, alert: report.alerted }
  return options.failOn !== null && happened[options.failOn] > 0 ? EXIT.missed : EXIT.done
}

async function judgeAll(
  sentinel: Sentinel,
  { files, input, label, form, map }: ReplayOptions,
  tally: ReplayTally,
  progress: Progress,
): Promise<void> {
  const reading = {
    format: input === null ? null : FORMATS[input],
    label,
    telemetry: sentinel.telemetry,
    map,
    onRead: progress.read.bind(progress),
  }
  const lines = form === 'ndjson' || form === 'csv' ? form : null
  if (lines === 'csv') await writeOut(HEADINGS)
  for await (const portion of readInOrder(files, reading)) {
    let text = ''
    for (const read of portion) {
      const judgement = judgeOne(sentinel, read, tally)
      if (lines !== null) text += answerLine(read, judgement, lines)
    }
    if (text !== '') await writeOut(text)
    progress.show(tally.records)
  }
}

/** Null for a line that is no record. */
function judgeOne(sentinel: Sentinel, read: ReadRecord, tally: ReplayTally): Judgement | null {
  const { file, line, record, fault, label } = read
  if (record === null) {
    tally.reject({ file, line, reason: fault ?? '' })
    return null
  }
  const judgement = sentinel.judge(record)
  if (judgement === null) throw new Error('the sentinel is closed')
  tally.add(record, label, judgement)
  return judgement
}
