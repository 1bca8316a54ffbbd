import { describe, expect, test } from 'vitest'
import type { OpenModel } from '#sentinel/explain/llm/language-model.js'
import type { Question } from '#sentinel/explain/llm/prompt.js'
import { type Judgement, Sentinel } from '#sentinel/sentinel.js'
import type { Feature } from '#sentinel/telemetry/features.js'
import { telemetryWith } from '#sentinel/telemetry/model.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { attacked } from '../made-up/recipes.js'
import { codeRunnerTraffic, type RoutedRecord } from '../made-up/traffic.js'
import { Watched } from './watched-sentinel.js'

const CODE = { name: 'code that runs away', latency: 14, inputLength: 1, errors: 2 }
const FAR = { latency: 9000, input_length: 900, errors: 0, route: '/run' }

const ordinary = codeRunnerTraffic(4000, 42)
const lone = (record: RoutedRecord) => ({ ...record, latency: 8 * record.latency })

describe('by default', () => {
  test('the static limits decide before the first forest, and freeze', async () => {
    const watched = await Watched.create()
    expect((await watched.judgeOne(ordinary[0] as Telemetry)).anomaly).toBeNull()
    const { anomaly, p, verdict } = await watched.judgeOne(FAR)
    expect(anomaly).toMatchObject({ action: 'freeze', incident: null, confidence: verdict.confidence })
    expect(p).toBeNull()
  })

  test('in the first 500 records one that is odd and beyond a static limit is told of, too, and only observed', async () => {
    const watched = await Watched.create({ detector: { rules: { latency: 300 } } })
    const judgements = await watched.judge(ordinary.slice(0, 1000))
    let odd = 0
    for (const [i, { verdict, p, anomaly }] of judgements.entries()) {
      if (verdict.detector !== 'forest') continue
      const far = i < 500 && verdict.anomalous && (ordinary[i] as Telemetry).latency > 300
      expect([i, anomaly !== null]).toEqual([i, (p as number) <= 0.001 || far])
      if (i < 500) expect(anomaly?.action ?? 'observe').toBe('observe')
      if (far) odd += 1
    }
    expect(odd).toBeGreaterThan(5)
  })

  test('few ordinary records are told of, and one that is far out is, with how rare it is', async () => {
    const watched = await Watched.create()
    const judgements = await watched.judge(ordinary)
    const told = judgements.filter(({ anomaly }) => anomaly !== null)
    expect(told.length).toBeLessThanOrEqual(0.003 * ordinary.length)
    expect(told.every(({ anomaly }) => anomaly?.incident === null)).toBe(true)
    expect(watched.sentinel.alertShare).toBe(told.length / ordinary.length)
    const { anomaly, p } = await watched.judgeOne(lone(ordinary[7] as RoutedRecord))
    expect(p).toBeLessThanOrEqual(0.001)
    expect(anomaly).toMatchObject({ confidence: 1 - (p as number), feature: 'latency' })
    expect(await anomaly?.reason).toMatch(/^Higher latency than usual: /)
    expect(watched.sentinel.incidents.size).toBe(0)
  })

  test('a judgement that is kept stays as it was, and nothing can be written into what it shares with others', async () => {
    const watched = await Watched.create()
    const said: string[] = []
    const judgements = await watched.judge(ordinary.slice(0, 1000))
    for (const judgement of judgements) said.push(JSON.stringify(judgement.verdict))
    await watched.judge(ordinary.slice(1000, 1500).map(lone))
    expect(judgements.map(({ verdict }) => JSON.stringify(verdict))).toEqual(said)
    expect(new Set(judgements).size).toBe(judgements.length)
    expect(new Set(judgements.map(({ verdict }) => verdict)).size).toBe(judgements.length)
    const { contributions, exceeded } = (judgements[999] as Judgement).verdict
    for (const list of [contributions, exceeded] as unknown[][]) {
      expect(list).toEqual([])
      expect(() => list.push('mine')).toThrow(TypeError)
    }
  })

  test('a burst is one incident, whose gravest advice is to freeze, and the model is asked once', async () => {
    const log: string[] = []
    const questions: Question[] = []
    const model: OpenModel = async () => ({
      name: 'stand-in',
      async assess(question) {
        questions.push(question)
        return '{"assessment": "Somebody runs code that never ends."}'
      },
      async load() {},
    })
    const watched = await Watched.create({
      // Each fit at its record: what is told does not depend on how fast a thread is.
      detector: { fit: 'sync' },
      explain: { mode: 'background', timeoutMs: 10_000, model },
      log: {
        debug() {},
        info: (_, message) => log.push(message),
        warn: (_, message) => log.push(message),
        error() {},
      },
    })
    await watched.judge(ordinary.slice(0, 2000))
    log.length = 0
    const opened = watched.sentinel.incidents.list().length
    const before = watched.sentinel.alertShare
    const burst = ordinary.slice(2000, 2400).filter(({ route }) => route === '/run')
    const judgements = await watched.judge(burst.map((record) => attacked(record, CODE)))
    const told = judgements.filter(({ anomaly }) => anomaly !== null)
    expect(told.length).toBeGreaterThan(0.9 * judgements.length)
    const incidents = watched.sentinel.incidents.list().slice(0, -opened || undefined)
    expect(incidents).toMatchObject([{ route: '/run', status: 'open', action: 'freeze' }])
    expect(incidents[0]?.records).toBeGreaterThan(0.9 * judgements.length)
    expect(incidents[0]?.anomalies.length).toBeGreaterThan(0)
    // Some twenty times the rate: incidents are no matter of it.
    expect(watched.sentinel.alertShare).toBeLessThanOrEqual(before + 5 / 2000)
    await expect.poll(() => questions.filter(({ inIncident }) => inIncident)).toHaveLength(1)
    expect(log.filter((line) => line === 'incident opened')).toHaveLength(1)
    // Lone alerts may come before the incident opens; none of its records has a line.
    expect(log.filter((line) => line === 'anomaly').length).toBeLessThanOrEqual(5)
  })
})

test('by contamination the labels of the forest decide alone, and freeze', async () => {
  const watched = await Watched.create({ alerts: { mode: 'contamination' } })
  expect(watched.sentinel.alertRate).toBeNull()
  const judgements = (await watched.judge(ordinary)).slice(1000)
  for (const { verdict, anomaly, p } of judgements) {
    expect(anomaly !== null).toBe(verdict.anomalous)
    expect(anomaly?.action ?? 'freeze').toBe('freeze')
    expect(p).toBeNull()
  }
  const share = judgements.filter(({ anomaly }) => anomaly !== null).length / judgements.length
  expect(share).toBeGreaterThan(0.05)
  expect(share).toBeLessThan(0.2)
})

test('where the action is always to freeze it is so from the first record on', async () => {
  const watched = await Watched.create({ alerts: { actions: 'freeze' } })
  expect((await watched.judgeOne(FAR)).anomaly?.action).toBe('freeze')
  await watched.judge(ordinary.slice(0, 100))
  expect((await watched.judgeOne(FAR)).anomaly?.action).toBe('freeze')
})

test.for([
  { what: 'by default' },
  { what: 'by contamination', alerts: { mode: 'contamination' as const } },
  { what: 'at a confidence that nothing has', minConfidence: 1 },
])('a value above its limit is always a freeze: $what', async ({ alerts, minConfidence }) => {
  const policies = { latency: { limit: 300 } }
  const detector = { policies, ...(minConfidence !== undefined && { minConfidence }) }
  const watched = await Watched.create({ detector, ...(alerts !== undefined && { alerts }) })
  const above = { latency: 301, input_length: 900, errors: 0, route: '/run' }
  const untrained = await watched.judgeOne(above)
  expect(untrained.anomaly?.action).toBe('freeze')
  expect(await untrained.anomaly?.reason).toBe('Latency 301 ms, above the limit of 300 ms')
  await watched.judge(ordinary.slice(0, 600))
  const trained = await watched.judgeOne(above)
  expect(trained.verdict.detector).toBe('forest')
  expect(trained.anomaly?.action).toBe('freeze')
  expect((await watched.judgeOne({ ...above, latency: 300 })).anomaly?.action).not.toBe('freeze')
})

test('a record is judged at one time, and time goes on after it, also where it could not be judged', async () => {
  let nowMs = 1e12
  let broken = false
  const x: Feature = {
    name: 'x',
    unit: 'ms',
    extract() {
      if (broken) throw new Error('cannot be read')
      return 1
    },
  }
  const sentinel = await Sentinel.create({
    detector: { telemetry: telemetryWith([x]) },
    clock: () => nowMs++,
    listener: { recordJudged: () => judgedAt.push(sentinel.judgedAtMs, sentinel.judgedAtMs) },
  })
  const judgedAt: number[] = []
  const record = ordinary[0] as Telemetry
  sentinel.judge(record)
  expect(judgedAt[0]).toBe(judgedAt[1])
  broken = true
  expect(() => sentinel.judge(record)).toThrow('cannot be read')
  nowMs = 2e12
  expect(sentinel.judgedAtMs).toBe(2e12)
  await sentinel.close()
})
