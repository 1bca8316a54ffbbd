import { expect, test } from 'vitest'
import { alterationOf } from '#sentinel/cli/prove/alteration.js'
import { readProveOptions } from '#sentinel/cli/prove/options.js'
import { Proof } from '#sentinel/cli/prove/proof.js'
import { proofReport, proofText } from '#sentinel/cli/prove/report.js'
import { Detectors } from '#sentinel/detectors/detectors.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'
import { codeRunnerTraffic } from '../../../made-up/traffic.js'

const records = codeRunnerTraffic(2000, 3)

test('copies are tried beside the traffic, and change nothing of what is said of it', async () => {
  const [plain, tried] = await Promise.all(
    Array.from({ length: 2 }, () => Sentinel.create({ detector: { fit: 'sync' } })),
  )
  const alterations = ['latency x1000', 'latency x1.01'].map((text) => alterationOf(text, REQUEST_TELEMETRY))
  const proof = new Proof(Detectors.ofOne(tried as Sentinel).default, { alterations, every: 20 })
  const said: unknown[] = []
  tried?.listen({ recordJudged: ({ p, verdict }) => said.push([p, verdict.score]) })
  for (const record of records) proof.see(record)
  const expected: unknown[] = []
  plain?.listen({ recordJudged: ({ p, verdict }) => expected.push([p, verdict.score]) })
  for (const record of records) plain?.judge(record)
  expect(said).toEqual(expected)
  const far = proof.all.caught.get('latency x1000')
  const near = proof.all.caught.get('latency x1.01')
  expect(far?.tried).toBeGreaterThan(80)
  expect(far?.caught).toBe(far?.tried)
  expect(near?.caught).toBeLessThan((near?.tried ?? 0) / 10)
  const byRoute = [...proof.routes.values()]
  expect(byRoute.reduce((sum, route) => sum + (route.caught.get('latency x1000')?.tried ?? 0), 0)).toBe(
    far?.tried,
  )
  await Promise.all([plain?.close(), tried?.close()])
})

test('the report says which requirement is met', async () => {
  const sentinel = await Sentinel.create({ detector: { fit: 'sync' } })
  const args = [
    'a',
    '--require',
    'latency x1000 >= 1',
    '--require',
    'latency x1.01 >= 0.9',
    '--max-alerts',
    '0.5',
  ]
  const options = readProveOptions(args)
  if (options === null) throw new Error('no help was asked for')
  const proof = new Proof(Detectors.ofOne(sentinel).default, options)
  for (const record of records) proof.see(record)
  await sentinel.close()
  const report = proofReport(proof, options)
  expect(report.requirements.map(({ met }) => met)).toEqual([true, false, true])
  expect(report.records).toBe(2000)
  const text = proofText(report)
  expect(text).toMatch(
    /\nmet {5}latency x1000 >= 1: 1\nMISSED {2}latency x1\.01 >= 0\.9: 0\S*\nmet {5}alerts <= 0\.5: 0\S*\n$/,
  )
  expect(text).toMatch(/\nall +2,000 /)
})
