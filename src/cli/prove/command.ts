import { EXIT } from '../exit.js'
import { FORMATS } from '../formats/formats.js'
import { replayConfig, replayingDetector, telemetryBy } from '../history/judging-detector.js'
import { Progress } from '../history/progress.js'
import { readInOrder } from '../history/read-records.js'
import { writeOut } from '../write-out.js'
import { PROVE_USAGE, type ProveOptions, readProveOptions } from './options.js'
import { Proof } from './proof.js'
import { proofReport, proofText } from './report.js'

/**
 * Replays files, tries altered copies of their records, and reports on standard output.
 * @returns the exit code
 * @throws CommandError for a call that is wrong or input that cannot be read, ConfigError for the environment
 */
export async function prove(args: readonly string[]): Promise<number> {
  const options = readProveOptions(args, (file, name) => telemetryBy(replayConfig(file), name))
  if (options === null) {
    await writeOut(PROVE_USAGE)
    return EXIT.done
  }
  const report = proofReport(await proofOf(options), options)
  await writeOut(options.form === 'json' ? `${JSON.stringify(report, null, 2)}\n` : proofText(report))
  return report.requirements.every(({ met }) => met) ? EXIT.done : EXIT.missed
}

async function proofOf(options: ProveOptions): Promise<Proof> {
  const { files, input, map } = options
  const { detector, close } = await replayingDetector({ ...options, stateDir: null })
  const proof = new Proof(detector, options)
  const progress = await Progress.open()
  const reading = {
    format: input === null ? null : FORMATS[input],
    label: 'label',
    telemetry: detector.telemetry,
    map,
    onRead: progress.read.bind(progress),
  }
  try {
    for await (const portion of readInOrder(files, reading)) {
      for (const { record } of portion) {
        if (record === null) proof.rejected++
        else proof.see(record)
      }
      progress.show(proof.all.records)
    }
  } finally {
    progress.end()
    await close()
  }
  return proof
}
