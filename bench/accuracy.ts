// How well does it detect? Every stream, a shift that lasts, bursts of attacks, the share of clean traffic that each
// setting flags, and how far a slow drift gets: the plain window beside the guarded baseline.
//
//   npm run build && npx tsx bench/accuracy.ts

import { SHIFTS, shifted, withBurst } from '../made-up/recipes.js'
import {
  dataFolder,
  readKdd,
  readNab,
  readOpenStack,
  readTelemetry,
  type Stream,
} from '../made-up/streams.js'
import { madeUpTraffic } from '../made-up/traffic.js'
import { flaggedShare, replay } from '../made-up/trial/replay.js'
import { accuracyOf } from '../made-up/trial/verdict-accuracy.js'
import { setting, slowDrift } from './accuracy/questions.js'

const BASELINES = ['window', 'guarded'] as const
const BURST = 1000
const SHIFT_AT = 5000

const folder = dataFolder()
if (folder === null) console.log('No shared data here: only made-up traffic is tried.\n')

const made: Stream = { name: 'made up', records: madeUpTraffic(12_000) }
const streams = folder === null ? [] : [readKdd(folder), readTelemetry(folder)]
const clean = [...streams, made].map(({ name, records }) => ({
  name: name.replace('streams/', ''),
  records: records.filter((record) => record.label === 0).slice(0, 12_000),
}))

if (folder !== null) {
  console.log('## Streams (contamination 0.1, each record scored before it is learnt from)\n')
  header('stream', 'baseline', 'AUROC', 'average precision', 'precision', 'recall', 'false positive rate')
  const nab = { window: 0, guarded: 0 }
  const series = readNab(folder)
  for (const { name, records } of [...streams, ...series]) {
    for (const baseline of BASELINES) {
      const a = accuracyOf(records, await replay(records, { baseline }))
      if (name.startsWith('nab/')) nab[baseline] += a.auroc / series.length
      row(name, baseline, a.auroc, a.averagePrecision, a.precision, a.recall, a.falsePositiveRate)
    }
  }
  for (const baseline of BASELINES) row('nab/* mean', baseline, nab[baseline], '', '', '', '')
}

console.log(
  '\n## A shift for good at record 5000: flagged share of the next 500 records, records until 250 in a row',
)
console.log('are flagged less than 20%, share from the 3000th record on\n')
header('clean traffic', 'shift', 'baseline', 'at first', 'back after', 'later')
for (const { name, records } of clean) {
  for (const shift of SHIFTS) {
    for (const baseline of BASELINES) {
      const { flags } = await replay(shifted(records.slice(0, 9000), SHIFT_AT, shift.apply), { baseline })
      let back = 250
      while (back < 4000 && flaggedShare(flags, SHIFT_AT + back - 250, SHIFT_AT + back) >= 0.2) back += 50
      const first = flaggedShare(flags, SHIFT_AT, SHIFT_AT + 500)
      const later = flaggedShare(flags, SHIFT_AT + 3000, SHIFT_AT + 4000)
      row(name, shift.name, baseline, first, back < 4000 ? String(back) : 'not within 4000', later)
    }
  }
}

console.log('\n## A burst of 1000 attacks: recall\n')
header(
  'clean traffic',
  'baseline',
  'share',
  'from record 4000',
  'from record 200',
  'with 5% jitter',
  'jitter, early',
)
for (const { name, records } of clean) {
  for (const share of [0.3, 0.5, 1]) {
    for (const baseline of BASELINES) {
      const recalls: number[] = []
      for (const [at, jitter] of [
        [4000, 0],
        [200, 0],
        [4000, 0.05],
        [200, 0.05],
      ] as const) {
        const mixed = withBurst(records.slice(0, 8000), { at, count: BURST, share, jitter })
        recalls.push(accuracyOf(mixed, await replay(mixed, { baseline })).recall)
      }
      row(name, baseline, share, ...recalls)
    }
  }
}

console.log('\n## Share of clean traffic flagged (records 1000 on)\n')
const quiet = folder === null ? clean : [...clean, readOpenStack(folder)]
header('setting', ...quiet.map(({ name }) => name.replace('streams/', '')))
for (const { name, options } of setting) {
  const shares: number[] = []
  for (const { records } of quiet) {
    const { flags } = await replay(records, options)
    shares.push(flaggedShare(flags, Math.min(1000, flags.length >> 1), flags.length))
  }
  row(name, ...shares)
}

console.log(
  '\n## A patient attacker: one record in 20 grows by a factor a record; how far the unflagged ones got\n',
)
header('growth', 'baseline', 'flagged', 'latency reached unflagged, times the median')
for (const growth of [1.001, 1.003, 1.01, 1.03]) {
  for (const baseline of BASELINES) {
    const { share, reached } = await slowDrift(made.records, growth, baseline)
    row(`×${growth}`, baseline, share, reached.toFixed(1))
  }
}

function header(...names: string[]): void {
  console.log(`| ${names.join(' | ')} |`)
  console.log(`|${names.map(() => '---').join('|')}|`)
}

function row(...cells: (string | number)[]): void {
  console.log(`| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(3) : cell)).join(' | ')} |`)
}
