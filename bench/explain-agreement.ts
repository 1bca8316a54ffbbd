/**
 * Does the reason name the right cause? Replays the labelled incidents of telemetry-a through the detector and
 * counts how often the feature that leads the reason is the one that the incident is about.
 *
 *   npm run build && npx tsx bench/explain-agreement.ts
 */
import { Detector } from '#sentinel/detector/detector.js'
import { situationOf } from '#sentinel/explain/sentence/situation.js'
import { dataFolder, readTelemetry } from '../made-up/streams.js'
import type { Labelled } from '../made-up/traffic.js'
import { DEFAULTS } from '../made-up/trial/replay.js'

const FEATURE_OF_KIND: Readonly<Record<string, string>> = {
  slow: 'latency',
  errors: 'errors',
  payload: 'input_length',
}
const TARGET = 0.95

type Incident = Labelled & { readonly kind: string }

/** What became of the incidents of one kind. */
interface Tally {
  incidents: number
  flagged: number
  agreeing: number
  /** Those among the agreeing whose sentence leads with that feature's own phrase. */
  phrased: number
  /** Flagged ones in which no feature stands out by itself. */
  combinations: number
  readonly others: Map<string, number>
}

async function replay(records: readonly Incident[], tallies: Map<string, Tally>): Promise<void> {
  const detector = await Detector.create(DEFAULTS)
  for (const [index, record] of records.entries()) {
    if (index % DEFAULTS.retrainEvery === 0) await detector.settled()
    const verdict = detector.analyze(record, { detail: true })
    const expected = FEATURE_OF_KIND[record.kind]
    if (expected === undefined) continue
    const tally = tallies.get(record.kind) ?? newTally()
    tallies.set(record.kind, tally)
    tally.incidents++
    if (!verdict.anomalous || verdict.detector !== 'forest') continue
    tally.flagged++
    const situation = situationOf(verdict)
    if (situation.kind === 'combination') tally.combinations++
    const leading =
      situation.kind === 'feature'
        ? situation.leading.feature
        : situation.kind === 'combination'
          ? (situation.findings[0]?.feature ?? 'none')
          : 'none'
    if (leading === expected && situation.kind === 'feature') tally.phrased++
    if (leading === expected) tally.agreeing++
    else tally.others.set(leading, (tally.others.get(leading) ?? 0) + 1)
  }
  await detector.close()
}

function newTally(): Tally {
  return { incidents: 0, flagged: 0, agreeing: 0, phrased: 0, combinations: 0, others: new Map() }
}

const folder = dataFolder()
if (folder === null) {
  console.log('skipped: ../shared/data is not there')
} else {
  const tallies = new Map<string, Tally>()
  await replay(readTelemetry(folder).records as Incident[], tallies)
  const rows = [...tallies].map(([kind, { others, ...tally }]) => ({
    kind,
    expected: FEATURE_OF_KIND[kind],
    ...tally,
    agreement: (tally.agreeing / tally.flagged).toFixed(4),
    others: [...others].map(([feature, count]) => `${feature} ${count}`).join(', '),
  }))
  console.table(rows)
  const flagged = rows.reduce((sum, row) => sum + row.flagged, 0)
  const agreement = rows.reduce((sum, row) => sum + row.agreeing, 0) / flagged
  const percent = (agreement * 100).toFixed(2)
  const phrased = rows.reduce((sum, row) => sum + row.phrased, 0) / flagged
  console.log(`the sentence opens with the phrase of the incident's kind in ${(phrased * 100).toFixed(2)}%`)
  console.log(
    `leading feature agrees in ${percent}% of ${flagged} flagged incidents (target ${TARGET * 100}%)`,
  )
  process.exitCode = agreement >= TARGET ? 0 : 1
}
