import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { FORMATS } from '#sentinel/cli/formats/formats.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import { DerivedValues } from '#sentinel/telemetry/derived/derived-values.js'
import { UsualSizes } from '#sentinel/telemetry/usual-sizes.js'
import { ownCopy } from '#sentinel/text/own-copy.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** MiB of heap that what is made takes, once all else is gone. */
function heapOf(make: () => unknown): number {
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = make()
  collect()
  const mib = (process.memoryUsage().heapUsed - before) / 2 ** 20
  return kept === null ? 0 : mib
}

test('a copy is the same text, whatever is in it', () => {
  for (const text of ['', 'a', '\u0000\n"\\', '\ud800', '🦊'.repeat(300)]) expect(ownCopy(text)).toBe(text)
})

test('a million keys of many kilobytes cost no more than the few thousand beginnings that are remembered', () => {
  const features = [{ name: 'often', from: 'count(/key, 10s)' }]
  const mib = heapOf(() => {
    const derived = new DerivedValues(declaredTelemetry({ features }), true)
    for (let n = 0; n < 5000; n++) {
      derived.look({ key: JSON.parse(`"${n}-${'k'.repeat(15_000)}"`) as string })
      derived.keep()
    }
    return derived
  })
  expect(mib).toBeLessThan(24)
})

test.each([
  [
    'combined',
    (n: number) => `1 - - [10/Oct/2000:13:55:36 -0700] "GET /of/a/route/number/${n} HTTP/1.1" 200 1 1`,
  ],
  ['csv', (n: number) => `1,1,1,/of/a/route/number/${n}`],
] as const)('a route of a line of %s does not keep the text of the file in memory', (kind, line) => {
  const mib = heapOf(() => {
    const read = FORMATS[kind].open({ label: 'label', sizes: new UsualSizes() })
    if (kind === 'csv') read('latency,input_length,errors,route')
    return Array.from({ length: 100 }, (_, n) => {
      const [first = ''] = Buffer.from(`${line(n)}\n${'x'.repeat(250_000)}`)
        .toString()
        .split('\n')
      return (read(first)?.record as { readonly route?: string } | undefined)?.route
    })
  })
  expect(mib).toBeLessThan(8)
})
