import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeEach, describe, expect, it, test } from 'vitest'
import { codeRunnerTraffic } from '../../../made-up/traffic.js'
import { closePages, launchChromium } from '../../runtimes/chromium.js'

const CLI = fileURLToPath(import.meta.resolve('#sentinel/cli.js'))
/** Without a digit or an equals sign, which would make it one that identifies something. */
const HOSTILE = '/<img><b>alert(origin)<'
const START_MS = Date.UTC(2026, 0, 1)
const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'sentinel-page-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Two days of records, half an hour of them slow. */
function history(): string {
  return codeRunnerTraffic(2880, 4)
    .map((record, i) => ({
      ...record,
      latency: i >= 2000 && i < 2030 ? record.latency * 50 : record.latency,
      route: i % 50 === 0 ? HOSTILE : record.route,
      timestamp: START_MS + i * 60_000,
    }))
    .map((record) => JSON.stringify(record))
    .join('\n')
}

async function replayed(...args: string[]): Promise<string> {
  const file = join(folder, 'history.ndjson')
  writeFileSync(file, `${history()}\nno record\n`)
  const options = { env: { PATH: process.env.PATH ?? '' }, maxBuffer: 2 ** 26 }
  return (await run(process.execPath, [CLI, 'replay', file, ...args], options)).stdout
}

let report: Promise<string> | undefined

/** The report as a page; the same for those who look at it in different ways. */
function reportPage(): Promise<string> {
  report ??= replayed('--format', 'html', '--what-if', 'alert-rate=0.01')
  return report
}

test('the report as HTML is one file that loads nothing and that no route can write into', async () => {
  const page = await reportPage()
  expect(page).toMatch(/^<!doctype html>/)
  expect(page).not.toMatch(/<(?:link|img|iframe|script)[^>]*(?:src|href)=/)
  expect(page).not.toMatch(/url\(|@import|https?:\/\/(?!www\.w3\.org)/)
  expect(page).not.toContain('<img')
  const data = /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(page)?.[1] ?? ''
  const { report, timeline } = JSON.parse(data)
  expect(report).toMatchObject({ records: 2880, rejected: 1 })
  // Two days in at most a thousand points, and every record in one of them.
  expect(timeline.time.length).toBeGreaterThan(500)
  expect(timeline.time.length).toBeLessThanOrEqual(1000)
  const sum = (column: number[]) => column.reduce((a, b) => a + b, 0)
  expect(sum(timeline.records)).toBe(2880)
  expect(sum(timeline.observe) + sum(timeline.throttle) + sum(timeline.freeze)).toBe(report.alerted)
}, 60_000)

test('as CSV there is a line for each record', async () => {
  const lines = (await replayed('--format', 'csv')).trim().split('\n')
  expect(lines[0]).toBe('file,line,status,action,reason,p,prediction_score,confidence,incident,error')
  expect(lines).toHaveLength(2882)
  expect(lines.at(-1)).toMatch(/,2881,REJECTED,,,,,,,it is not valid JSON$/)
  expect(lines.some((line) => /,\d+,THREAT_DETECTED,\w+,/.test(line))).toBe(true)
}, 60_000)

describe('in a browser', () => {
  let browser: Browser | undefined
  beforeEach(async (context) => {
    browser ??= await launchChromium(context)
  }, 60_000)
  afterAll(closePages)

  it('draws the charts, lists incidents and routes, and asks nobody for anything', async () => {
    const file = join(folder, 'report.html')
    writeFileSync(file, await reportPage())
    const page = await (browser as Browser).newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => faults.push(message.text()))
    page.on('dialog', (dialog) => {
      faults.push(dialog.message())
      void dialog.dismiss()
    })
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const url = pathToFileURL(file).href
    await page.goto(url)
    await page.waitForSelector('#plot-scores canvas')
    expect(await page.locator('#plot-records canvas').count()).toBe(1)
    expect(await page.locator('#span').textContent()).toBe('2026-01-01 00:00:00 to 2026-01-02 23:59:00')
    expect(await page.locator('#strip').textContent()).toContain('Records2,880, 1 rejected')
    expect(await page.locator('#incidents tbody tr').count()).toBeGreaterThan(0)
    expect(await page.locator('#routes').textContent()).toContain(HOSTILE)
    expect([asked, faults]).toEqual([[url], []])
  }, 60_000)
})
