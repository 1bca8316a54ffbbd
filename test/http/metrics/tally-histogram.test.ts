import fc from 'fast-check'
import { Histogram, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { TallyHistogram } from '#sentinel/http/metrics/tally-histogram.js'

const SEED = 20_261_122
const BOUNDS = [0.1, 0.25, 0.5, 1]

test('a tally prints what a histogram of prom-client prints, whatever was observed', async () => {
  const value = fc.oneof(fc.constantFrom(...BOUNDS, 0), fc.double({ min: 0, max: 3, noNaN: true }))
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 50 }), async (values) => {
      const [ours, theirs] = [new Registry(), new Registry()]
      const options = { name: 'x_seconds', help: 'Seconds.' }
      const tally = new TallyHistogram({ ...options, bounds: BOUNDS }, ours)
      const histogram = new Histogram({ ...options, buckets: BOUNDS, registers: [theirs] })
      for (const one of values) {
        tally.observe(one)
        histogram.observe(one)
      }
      expect(await ours.metrics()).toBe(await theirs.metrics())
    }),
    { seed: SEED, numRuns: 100 },
  )
})
