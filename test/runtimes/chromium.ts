import { type Browser, chromium } from 'playwright-core'
import type { TestContext } from 'vitest'
import { executable } from './executables.js'

/** A headless Chromium that talks to nobody but the pages it is given. */
export function launchChromium(context: TestContext): Promise<Browser> {
  return chromium.launch({
    executablePath: executable('chromium', context),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
