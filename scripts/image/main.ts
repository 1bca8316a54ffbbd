// npm run image:replay [-- --with-tests] [-- --keep]: builds what the image would hold, step by step and without a
// container engine, starts it, and says what it saw.
import process from 'node:process'
import { parseArgs } from 'node:util'
import { faultsOf, tryImage } from './trial.js'
import { canMountReadOnly } from './unprivileged.js'

const { values } = parseArgs({
  options: { 'with-tests': { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
})
const proof = await tryImage({ withTests: values['with-tests'], keep: values.keep, say: console.log })
console.log(canMountReadOnly() ? 'started on a read-only root' : 'started on a tree nobody may write')
const { metrics, ...seen } = proof
console.log(seen, `${metrics.split('\n').filter((line) => line.startsWith('sentinel_')).length} series`)
for (const fault of faultsOf(proof)) {
  console.error(fault)
  process.exitCode = 1
}
