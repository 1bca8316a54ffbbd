import process from 'node:process'
import type { NamedDetector } from '../../detectors/named-detector.js'
import type { Judgement } from '../../sentinel.js'
import { EXIT } from '../exit.js'
import { FORMATS } from '../formats/formats.js'
import { replayingDetector } from '../history/judging-detector.js'
import { Progress } from '../history/progress.js'
import { type ReadRecord, readInOrder } from '../history/read-records.js'
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
  const judging = await replayingDetector(options)
  const { telemetry } = judging.detector
  const tally = new ReplayTally(options.whatIf, { draws: options.form === 'html', telemetry })
  const progress = await Progress.open()
  try {
    await judgeAll(judging.detector, options, tally, progress)
  } finally {
    progress.end()
    await judging.close()
  }
  const report = reportOf(tally, judging.incidents().reverse())
  if (options.form === 'text') await writeOut(reportText(report))
  if (options.form === 'html') await writeOut(await reportPage(report, tally.timeline))
  if (options.form === 'json') await writeOut(`${JSON.stringify(report, null, 2)}\n`)
  const happened = { incident: report.incidents.length, alert: report.alerted }
  return options.failOn !== null && happened[options.failOn] > 0 ? EXIT.missed : EXIT.done
}

async function judgeAll(
  detector: NamedDetector,
  { files, input, label, form, map }: ReplayOptions,
  tally: ReplayTally,
  progress: Progress,
): Promise<void> {
  const reading = {
    format: input === null ? null : FORMATS[input],
    label,
    telemetry: detector.telemetry,
    map,
    onRead: progress.read.bind(progress),
  }
  const lines = form === 'ndjson' || form === 'csv' ? form : null
  if (lines === 'csv') await writeOut(HEADINGS)
  for await (const portion of readInOrder(files, reading)) {
    let text = ''
    for (const read of portion) {
      const judgement = judgeOne(detector, read, tally)
      if (lines !== null) text += answerLine(read, judgement, lines)
    }
    if (text !== '') await writeOut(text)
    progress.show(tally.records)
  }
}

/** Null for a line that is no record. */
function judgeOne(detector: NamedDetector, read: ReadRecord, tally: ReplayTally): Judgement | null {
  const { file, line, record, fault, label } = read
  if (record === null) {
    tally.reject({ file, line, reason: fault ?? '' })
    return null
  }
  const judgement = detector.judge(record)
  if (judgement === null) throw new Error('the sentinel is closed')
  tally.add(record, label, judgement)
  return judgement
}
