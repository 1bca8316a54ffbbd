/**
 * npm run docs:pictures: draws docs/pictures/dashboard-{light,dark}.png, what the dashboard shows of a service that runs
 * code while one of its routes is attacked. The traffic is made up and always the same; the times are those of the run.
 */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { loadConfig } from '#sentinel/config/config.js'
import { buildApp } from '#sentinel/http/app.js'
import { Lived, ordinaryMinutes, runaway } from '../../made-up/lived.js'

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))
const SIZE = { width: 1340, height: 1190 }
const A_MINUTE = 480
/** Until figures over the last seconds are there. */
const SETTLE_MS = 5500

const lived = await Lived.create()
const app = await buildApp({
  config: loadConfig({ SENTINEL_EXPLAIN: 'rules', SENTINEL_MAX_DELAY_MS: '0' }),
  sentinel: lived.sentinel,
  logger: false,
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
const minutes = ordinaryMinutes(40, A_MINUTE)
lived.live(minutes.slice(0, 20 * A_MINUTE), 1800, 600)
lived.live(runaway(40), 700, 690)
lived.live(minutes.slice(20 * A_MINUTE, 30 * A_MINUTE), 600)
lived.live(runaway(90), 40, 4)
// What comes while the pictures are taken.
let next = 30 * A_MINUTE
const traffic = setInterval(() => {
  const record = minutes[next++]
  if (record !== undefined) lived.sentinel.judge(record)
}, 60_000 / A_MINUTE)
const [incident] = lived.sentinel.incidents.list({ open: true })

const executablePath =
  process.env.CHROMIUM ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim()
const browser = await chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
})
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ viewport: SIZE, colorScheme })
  await page.goto(`${url}/#/incidents/${incident?.id}`)
  await page.locator('#detail .contribution').first().waitFor()
  await page.waitForTimeout(SETTLE_MS)
  await page.screenshot({ path: `${FOLDER}dashboard-${colorScheme}.png` })
}
await browser.close()
clearInterval(traffic)
await app.close()
await lived.sentinel.close()
