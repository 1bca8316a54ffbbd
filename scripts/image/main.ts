// npm run image:replay [-- --with-tests] [-- --keep]: builds what the image would hold, step by step and without a
// container engine, starts it, and says what it saw.
import { chmodSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { developmentPackages } from './development-packages.js'
import { readEnvFile } from './env-file.js'
import { prove } from './prove.js'
import { replay } from './replay.js'
import { canMountReadOnly, removeTree } from './unprivileged.js'

const { values } = parseArgs({
  options: { 'with-tests': { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
})
const repository = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sentinel-image-'))
// Others than its owner must reach what is built in it.
chmodSync(folder, 0o755)
try {
  const passOver = values['with-tests'] ? [] : ['test']
  const image = replay({ repository, folder, passOver, say: console.log })
  const env = readEnvFile(readFileSync(join(repository, '.env.example'), 'utf8'))
  console.log(canMountReadOnly() ? 'started on a read-only root' : 'started on a tree nobody may write')
  const { metrics, ...seen } = await prove(image, {
    env: { ...env, SENTINEL_PORT: '0', SENTINEL_EXPLAIN: 'rules' },
    unwanted: developmentPackages(join(repository, 'package-lock.json')),
  })
  console.log(seen, `${metrics.split('\n').filter((line) => line.startsWith('sentinel_')).length} series`)
  if (!seen.listensOnAll || seen.healthcheck !== 0 || seen.exit !== 0 || seen.developmentPackages.length > 0)
    process.exitCode = 1
} finally {
  if (values.keep) console.log(`kept in ${folder}`)
  else removeTree(folder)
}
