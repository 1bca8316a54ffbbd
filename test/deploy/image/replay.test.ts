import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultsOf, tryImage } from '../../../scripts/image/trial.js'
import { root } from '../../docs/markdown.js'
import { hasTool, skipped } from '../tool.js'

// The context is what git knows: inside an image that is being built there is none.
const found = hasTool('git') && hasTool('setpriv') && existsSync(join(root, '.git'))

test.skipIf(!found)(
  `the Dockerfile's steps, taken one by one, give a read-only tree that serves${skipped('git, setpriv or a clone', found)}`,
  async () => {
    expect(faultsOf(await tryImage())).toEqual([])
  },
  600_000,
)
