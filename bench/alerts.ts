// From a score to an alert: is p what it says, how often is somebody called for nothing, what is found, and how soon?
//
//   npm run build && npx tsx bench/alerts.ts [--quick] [--every 250] [--part clean|attacks|bursts|cold|nab]
import { parseArgs } from 'node:util'
import { attackTables } from './accuracy/alerts/attacks.js'
import { burstTable } from './accuracy/alerts/bursts.js'
import { cleanAnswer } from './accuracy/alerts/clean.js'
import { coldStartTable } from './accuracy/alerts/cold-start.js'
import { extentOf } from './accuracy/alerts/extent.js'
import { recordedStreams } from './accuracy/alerts/streams.js'
import { nabTable } from './accuracy/nab/questions.js'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    every: { type: 'string', default: '50' },
    part: { type: 'string', multiple: true },
  },
})
const extent = extentOf(values.quick, Number(values.every), (what) => process.stderr.write(`${what}\n`))
const streams = recordedStreams()

/** What is asked, under its heading. */
const parts = {
  clean: [
    'Ordinary traffic from record 1,000 on: shares as multiples of what is asked for, and false incidents',
    async () => (await cleanAnswer(streams, extent)).table,
  ],
  attacks: [
    'Attacks, records from 1,000 on; two figures are precision and recall',
    () => attackTables(streams, extent),
  ],
  bursts: ['Bursts', () => burstTable(streams, extent)],
  cold: ['Cold start', () => coldStartTable(extent)],
  nab: ['Numenta Anomaly Benchmark, standard profile', () => nabTable(extent)],
} as const

if (streams.length === 0) console.log('No shared data here: only made-up traffic is tried.\n')
for (const [name, [heading, answer]] of Object.entries(parts)) {
  if (values.part !== undefined && !values.part.includes(name)) continue
  console.log(`## ${heading}\n\n${await answer()}\n`)
}
