import { type Browser, chromium } from 'playwright-core'
import type { TestContext } from 'vitest'
import { CHROMIUM_FLAGS } from './chromium-flags.js'
import { executable } from './executables.js'

/** The one of this worker. It ends with it. */
let running: Browser | undefined

/**
 * A headless Chromium that talks to nobody but the pages it is given: one for all test files of a worker, as a start
 * takes seconds. Who opens pages closes them.
 */
export async function launchChromium(context: TestContext): Promise<Browser> {
  const executablePath = executable('chromium', context)
  if (running?.isConnected()) return running
  running = await chromium.launch({
    executablePath,
    args: [...CHROMIUM_FLAGS],
  })
  return running
}

/** Closes all pages that the tests of a file have opened. */
export async function closePages(): Promise<void> {
  await Promise.all((running?.contexts() ?? []).map((context) => context.close()))
}
