import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { developmentPackages } from '../../../scripts/image/development-packages.js'
import { readEnvFile } from '../../../scripts/image/env-file.js'
import { prove } from '../../../scripts/image/prove.js'
import { replay } from '../../../scripts/image/replay.js'
import { removeTree } from '../../../scripts/image/unprivileged.js'
import { hasTool, skipped } from '../tool.js'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
// The context is what git knows: inside an image that is being built there is none.
const found = hasTool('git') && hasTool('setpriv') && existsSync(join(repository, '.git'))
const folder = mkdtempSync(join(tmpdir(), 'sentinel-image-'))
// Users without rights must reach what is built in it.
chmodSync(folder, 0o755)

afterAll(() => removeTree(folder))

test.skipIf(!found)(
  `the Dockerfile's steps, taken one by one, give a read-only tree that serves${skipped('git, setpriv or a clone', found)}`,
  async () => {
    const image = replay({ repository, folder, passOver: ['test'] })
    const settings = readEnvFile(readFileSync(join(repository, '.env.example'), 'utf8'))
    const proof = await prove(image, {
      env: { ...settings, SENTINEL_PORT: '0', SENTINEL_EXPLAIN: 'rules', SENTINEL_MAX_DELAY_MS: '0' },
      unwanted: developmentPackages(join(repository, 'package-lock.json')),
    })
    expect(proof).toMatchObject({
      listensOnAll: true,
      health: { status: 'healthy', history_size: 1 },
      verdict: { status: 'THREAT_DETECTED', action: 'freeze' },
      healthcheck: 0,
      exit: 0,
      developmentPackages: [],
    })
    expect(proof.metrics).toContain('sentinel_requests_total{endpoint="/analyze-flow",method="POST"} 1')
  },
  180_000,
)
