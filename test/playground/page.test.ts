import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fastify } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { FOREST_DEFAULTS, FOREST_RANGES } from '#sentinel/forest/options.js'
import { pageSecurityPlugin } from '#sentinel/http/plugins/page-security.js'
import { playgroundRoutes } from '#sentinel/http/routes/playground.js'
import { ServiceProcess } from '../e2e/service-process.js'
import { closePages, launchChromium } from '../runtimes/chromium.js'
import { serveFolder } from '../runtimes/static-server.js'

describe('the playground in Chromium', () => {
  const app = fastify()
  let address: string
  let browser: Browser | undefined
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    await app.register(pageSecurityPlugin)
    await app.register(playgroundRoutes)
    address = await app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await closePages()
    await app.close()
  })
  beforeEach(async (context) => {
    browser ??= await launchChromium(context)
    return () => expect(complaints).toEqual([])
  }, 60_000)

  /** Opens a page, and takes down all that it complains of and all that it asks of elsewhere. */
  async function open(
    options: Parameters<Browser['newPage']>[0],
    url = `${address}/playground`,
  ): Promise<void> {
    await page?.close()
    page = await (browser as Browser).newPage(options)
    const heard: string[] = []
    complaints = heard
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') heard.push(message.text())
    })
    page.on('pageerror', (error) => heard.push(error.message))
    page.on('request', (request) => {
      const { origin } = new URL(request.url())
      if (origin !== new URL(url).origin) heard.push(request.url())
    })
    await page.goto(url)
  }

  async function growForest(): Promise<void> {
    const before = await page.evaluate(() => Number(document.body.dataset.ready ?? 0))
    await page.getByRole('button', { name: 'Fit the forest' }).click()
    await page.waitForFunction((n) => document.body.dataset.ready === String(n), before + 1)
  }

  async function fitSample(): Promise<void> {
    await page.getByRole('button', { name: 'Sample telemetry' }).click()
    await growForest()
  }

  const anomalies = () => page.locator('#summary-anomalies strong').textContent()

  async function download(name: string): Promise<Buffer> {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ])
    return readFile(await saved.path())
  }

  /** For tests that use one page, one after the other: to open one takes longer than most of them. */
  function once(begin: () => Promise<void>): () => Promise<void> {
    let begun: Promise<void> | undefined
    return async () => {
      begun ??= begin()
      await begun
    }
  }

  describe('with the sample', () => {
    beforeEach(
      once(async () => {
        await open({})
        await fitSample()
      }),
      60_000,
    )

    it('fits the sample and finds the share of anomalies that was asked for', async () => {
      expect(await anomalies()).toBe('100')
      expect(await page.locator('#status').textContent()).toContain('Fitted')
      expect(await page.locator('#progress').evaluate((bar: HTMLProgressElement) => bar.value)).toBe(100)
      expect(await page.locator('#anomalies tr').count()).toBe(20)
      expect(await page.locator('#timings-note').textContent()).toContain('agree to 12 digits')
      expect(await page.locator('#summary-fit small').textContent()).toContain('shared memory')
    }, 60_000)

    it('gives the forest as bytes that load, and its scores as CSV', async () => {
      const forest = await IsolationForest.fromBytes(await download('Forest as bytes'))
      expect(forest.featureNames).toEqual(['latency', 'input_length', 'errors'])
      const [header, ...lines] = (await download('Scores as CSV')).toString().trimEnd().split('\n')
      expect(header).toBe('line,latency,input_length,errors,score,anomaly')
      expect(lines).toHaveLength(2000)
      let marked = 0
      for (const line of lines) {
        const [, latency, inputLength, errors, score, anomaly] = line.split(',').map(Number)
        expect(forest.score([latency, inputLength, errors] as number[])).toBe(score)
        marked += anomaly as number
      }
      expect(marked).toBe(100)
    }, 60_000)

    it('gives bytes that the service judges by, as the page does', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sentinel-playground-'))
      onTestFinished(() => rm(folder, { recursive: true }))
      const forest = join(folder, 'forest.bin')
      await writeFile(forest, await download('Forest as bytes'))
      const [, ...lines] = (await download('Scores as CSV')).toString().trimEnd().split('\n')
      const service = await ServiceProcess.start({ SENTINEL_FOREST: forest })
      onTestFinished(async () => void (await service.stop('SIGKILL')))
      for (const line of lines.slice(0, 300)) {
        const [, latency, input_length, errors, score, anomaly] = line.split(',').map(Number)
        const answer = await service.post('/analyze-flow?detail=true', { latency, input_length, errors })
        expect(await answer.json()).toMatchObject({
          status: anomaly === 1 ? 'THREAT_DETECTED' : 'OK',
          detail: { score, generation: 1 },
        })
      }
    }, 60_000)

    it('draws rows and field in many colours, and again for other axes', async () => {
      const colours = () =>
        page.locator('#scatter canvas').evaluate((canvas: HTMLCanvasElement) => {
          const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
            0,
            0,
            canvas.width,
            canvas.height,
          )
          return new Set(new Uint32Array(data.buffer)).size
        })
      await expect.poll(colours).toBeGreaterThan(500)
      await page.locator('#y-feature').selectOption({ label: 'errors' })
      await page.locator('#logarithmic').uncheck()
      await expect.poll(colours).toBeGreaterThan(500)
    }, 60_000)

    it('moves the threshold without growing the trees again', async () => {
      await page.locator('#contamination').fill('0.1')
      await expect.poll(anomalies).toBe('200')
      await page.locator('#contamination-auto').check()
      await expect.poll(() => page.locator('#summary-threshold strong').textContent()).toBe('0.5000')
    }, 60_000)
  })

  const choose = (text: string, name = 'rows.csv') =>
    page.locator('#file').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })

  describe('with files, one after the other', () => {
    beforeEach(
      once(() => open({})),
      60_000,
    )

    it('says why nothing of a file can be used, and takes it once it is mended', async () => {
      await choose('latency,errors\na,b\n')
      const alert = page.locator('#data-error')
      expect(await alert.getAttribute('role')).toBe('alert')
      await expect.poll(() => alert.textContent()).toContain('rows.csv: No value is a number')
      const rows = Array.from({ length: 50 }, (_, row) => `${10 + (row % 7)},${row === 20 ? 9 : 0}`)
      await choose(`latency,errors\n${rows.join('\n')}\n`)
      await expect.poll(() => alert.textContent()).toBe('')
      expect(await page.locator('#left-out').isHidden()).toBe(true)
      await growForest()
      expect(await page.locator('#anomalies button').first().textContent()).toBe('22')
    }, 60_000)

    it('uses what can be used of a file, says what was left out, and fills gaps if asked to', async () => {
      const rows = Array.from({ length: 60 }, (_, row) => `${row === 9 ? '' : 10 + (row % 7)},${row % 5}`)
      await choose(`latency,errors\n${rows.join('\n')}\n1,2,3\n`)
      const leftOut = page.locator('#left-out li')
      await expect
        .poll(() => leftOut.allTextContents())
        .toEqual([
          'Left out (1): lines with more values than the first has; first on line 62.',
          'Left out (1): values of “latency” that are empty; first on line 11.',
        ])
      await growForest()
      expect(await page.locator('#status').textContent()).toContain(
        '1 of 60 rows had gaps and were left out.',
      )
      expect(await page.locator('#summary-anomalies small').textContent()).toBe('of 59 rows')
      await page.locator('#gap-choice').selectOption('median')
      await growForest()
      expect(await page.locator('#summary-anomalies small').textContent()).toBe('of 60 rows')
    }, 60_000)

    it.each([
      ['access.log', '192.0.2.7 - - [25/Nov/2026:10:05:03 +0000] "GET /a HTTP/1.1" 200 20302 "-" "agent"'],
      ['nested.ndjson', '{"request":{"latency":41},"bytes":512}\n{"request":{"latency":2900},"bytes":530}'],
      [
        'traces.json',
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a","startTimeUnixNano":"1","endTimeUnixNano":"5000001"}]}]}]}',
      ],
    ])(
      'fits %s',
      async (name, text) => {
        await choose(text, name)
        await expect.poll(() => page.locator('#data-about').textContent()).toContain(name)
        await growForest()
        expect(await page.locator('#status').textContent()).toContain('Fitted')
      },
      60_000,
    )

    it('takes a file that is dropped anywhere', async () => {
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File(['{"latency":1}\n{"latency":2}\n'], 'rows.ndjson'))
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
      })
      const about = page.locator('#data-about')
      await expect.poll(() => about.textContent()).toBe('rows.ndjson: 2 rows, 1 column of numbers.')
    }, 60_000)
  })

  describe('just opened', () => {
    beforeEach(() => open({}), 60_000)

    it('can be used by keyboard alone, down to a row of the table and its place in the chart', async () => {
      const focusOn = async (id: string): Promise<void> => {
        for (let presses = 0; presses < 40; presses++) {
          await page.keyboard.press('Tab')
          if ((await page.evaluate(() => document.activeElement?.id ?? '')) === id) return
        }
        throw new Error(`#${id} is not reached`)
      }
      await focusOn('sample')
      await page.keyboard.press('Enter')
      await focusOn('trees')
      await page.keyboard.press('ArrowUp')
      await focusOn('fit')
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => document.body.dataset.ready === '1')
      expect(await page.locator('#status').textContent()).toContain('Fitted')
      expect(await page.locator('.mark').count()).toBe(0)
      await page.locator('#anomalies button').first().focus()
      expect(await page.locator('#scatter .mark').count()).toBe(1)
      expect(await page.locator('#anomalies button').first().getAttribute('aria-label')).toContain('mark it')
    }, 60_000)

    it('offers what the forest takes, and begins with its defaults', async () => {
      const { nTrees, subsampleSize, seed } = FOREST_RANGES
      expect(await page.locator('#trees').getAttribute('max')).toBe(String(nTrees.most))
      expect(await page.locator('#trees').inputValue()).toBe(String(FOREST_DEFAULTS.nTrees))
      expect(await page.locator('#subsample option').last().textContent()).toBe(String(subsampleSize.most))
      expect(await page.locator('#subsample').inputValue()).toBe(String(FOREST_DEFAULTS.subsampleSize))
      expect(await page.locator('#seed').getAttribute('max')).toBe(String(seed.most))
    }, 60_000)

    it('says so when no column is chosen', async () => {
      await page.getByRole('button', { name: 'Sample telemetry' }).click()
      for (const box of await page.locator('#columns input').all()) await box.uncheck()
      await page.getByRole('button', { name: 'Fit the forest' }).click()
      await expect.poll(() => page.locator('#status').textContent()).toBe('Choose 1 to 4096 columns.')
    }, 60_000)
  })

  it('takes rows that are pasted, and lets dates and text be chosen', async () => {
    const rows = Array.from(
      { length: 80 },
      (_, i) => `${10 + (i % 7)},2026-01-01T00:00:${10 + (i % 50)}Z,${i % 9 ? '/run' : '/lint'}`,
    )
    await page.evaluate(
      (text) => {
        const clipboardData = new DataTransfer()
        clipboardData.setData('text', text)
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
      },
      `latency,when,route\n${rows.join('\n')}\n`,
    )
    const about = page.locator('#data-about')
    await expect
      .poll(() => about.textContent(), { timeout: 20_000 })
      .toBe('pasted rows: 80 rows, 1 column of numbers, 1 of dates, 1 of text.')
    expect(await page.locator('#columns label').allTextContents()).toEqual([
      'latency',
      'whendate',
      'routetext, by how often it comes',
    ])
    expect(await page.locator('#columns input:checked').count()).toBe(1)
    for (const box of await page.locator('#columns input').all()) await box.check()
    await growForest()
    expect(await page.locator('#anomalies .contribution .name').first().textContent()).toMatch(
      /when|route|latency/,
    )
  }, 60_000)

  it('reads 100,000 rows aside, draws meanwhile, and says how far it is', async () => {
    const line = (i: number) => `${100 + (i % 97)},${1000 + (i % 1013)},${i % 5000 === 0 ? 900 : i % 3}`
    const text = `latency,input_length,errors\n${Array.from({ length: 100_000 }, (_, i) => line(i)).join('\n')}\n`
    await page.evaluate(() => {
      const seen = { frames: 0, shown: false }
      Object.assign(globalThis, { seen })
      const look = () => {
        seen.frames += 1
        seen.shown ||= document.getElementById('reading')?.hidden === false
        requestAnimationFrame(look)
      }
      look()
    })
    await choose(text, 'many.csv')
    await expect
      .poll(() => page.locator('#data-about').textContent(), { timeout: 30_000 })
      .toContain('100,000 rows')
    const seen = await page.evaluate(
      () => (globalThis as unknown as { seen: { frames: number; shown: boolean } }).seen,
    )
    expect(seen.shown).toBe(true)
    expect(seen.frames).toBeGreaterThan(3)
    await growForest()
    expect(await page.locator('#status').textContent()).toContain('Of the ordinary rows one in 5 is drawn.')
  }, 90_000)

  it('works from any folder of any host, without headers of its own', async () => {
    const host = await serveFolder(fileURLToPath(new URL('../../dist', import.meta.url)))
    try {
      await open({}, `${host.url}playground/`)
      await fitSample()
      expect(await anomalies()).toBe('100')
      expect(await page.locator('#summary-fit small').textContent()).toContain('plain memory')
    } finally {
      await host.close()
    }
  }, 60_000)

  it('fits a phone, light or dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await open({ viewport: { width: 360, height: 740 }, colorScheme })
      await fitSample()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
      const [ink, ground] = await page.evaluate(() => {
        const { color, backgroundColor } = getComputedStyle(document.body)
        return [color, backgroundColor].map((text) => Number(/\d+/.exec(text)?.[0]))
      })
      expect((ink as number) < (ground as number)).toBe(colorScheme === 'light')
    }
  }, 60_000)
})
