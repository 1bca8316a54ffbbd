import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Verdict } from '../../../src/detector/verdict.js'
import { contribution, forestVerdict, SLOW } from '../verdicts.js'
import { assess, explainerWith, ollama, SHORT_MS, startAfresh, told } from './subject.js'

beforeEach(startAfresh)

describe('the load on the model server', () => {
  it('is two requests and a queue of eight at most; more anomalies get the rules at once', async () => {
    ollama.behaviour = 'hold'
    const explainer = explainerWith()
    const assessments = Array.from({ length: 13 }, (_, number) => assess(explainer, number))
    await ollama.chatsSeen(2)
    expect(await Promise.all(assessments.slice(10))).toEqual([null, null, null])
    expect(told.outcomes).toEqual(['rejected', 'rejected', 'rejected'])
    ollama.release()
    const answers = await Promise.all(assessments.slice(0, 10))
    expect(answers.every((answer) => answer !== null)).toBe(true)
    expect(ollama.chats).toHaveLength(10)
    expect(ollama.mostInFlight).toBe(2)
  })

  it('does not hold anyone beyond the deadline in the queue', async () => {
    ollama.behaviour = 'hang'
    const explainer = explainerWith({ timeoutMs: SHORT_MS })
    const answers = await Promise.all([0, 1, 2, 3, 4].map((number) => assess(explainer, number)))
    expect(answers).toEqual([null, null, null, null, null])
    expect(ollama.chats.length).toBeLessThanOrEqual(5)
  })

  it('is one request for the same situation, answered from the cache afterwards', async () => {
    ollama.behaviour = 'hold'
    const explainer = explainerWith()
    const first = explainer.explain({ verdict: SLOW, route: '/users/17' })
    const second = explainer.explain({ verdict: SLOW, route: '/users/18?q=1' })
    await ollama.chatsSeen(1)
    ollama.release()
    expect((await first.assessment)?.text).toBe((await second.assessment)?.text)
    expect(await explainer.explain({ verdict: SLOW, route: '/users/19' }).assessment).toMatchObject({ ms: 0 })
    expect(told.outcomes.toSorted()).toEqual(['cached', 'ok', 'shared'])
    expect(ollama.chats).toHaveLength(1)
  })

  it('is another request for another route, magnitude, feature or side', async () => {
    const explainer = explainerWith()
    const latency = (value: number, percentile = 100): Verdict =>
      forestVerdict([contribution('latency', { value, percentile })])
    await explainer.explain({ verdict: latency(5000), route: '/a' }).assessment
    await explainer.explain({ verdict: latency(5000), route: '/b' }).assessment
    await explainer.explain({ verdict: latency(50_000), route: '/a' }).assessment
    await explainer.explain({ verdict: latency(1, 0), route: '/a' }).assessment
    await explainer.explain({ verdict: forestVerdict([contribution('errors')]), route: '/a' }).assessment
    expect(ollama.chats).toHaveLength(5)
  })

  it('is another request for a record of an incident, for one far out, and for a route not known yet', async () => {
    const explainer = explainerWith()
    const route = '/a'
    const ofRoute = (value: number): Verdict =>
      forestVerdict([contribution('latency', { value, median: 100 })], { scope: 'route' })
    const evidence = { inIncident: true }
    await explainer.explain({ verdict: ofRoute(990), route }).assessment
    await explainer.explain({ verdict: ofRoute(990), route, evidence }).assessment
    await explainer.explain({ verdict: ofRoute(1010), route, evidence }).assessment
    await explainer.explain({ verdict: { ...ofRoute(990), scope: 'baseline' }, route }).assessment
    expect(ollama.chats).toHaveLength(4)
  })

  it('does not spare a request at the price of the truth: words with figures fit only their record', async () => {
    const explainer = explainerWith()
    const latency = (value: number): Verdict =>
      forestVerdict([contribution('latency', { value, median: 100 })])
    ollama.content = JSON.stringify({ assessment: 'It took 5000 ms.' })
    await explainer.explain({ verdict: latency(5000) }).assessment
    ollama.content = JSON.stringify({ assessment: 'It took 5600 ms.' })
    const { assessment } = explainer.explain({ verdict: latency(5600) })
    expect((await assessment)?.text).toContain('It took 5600 ms.')
    expect(ollama.chats).toHaveLength(2)
  })

  it('forgets its answers after some minutes', async () => {
    const explainer = explainerWith()
    await assess(explainer)
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    vi.advanceTimersByTime(performance.now() + 6 * 60_000)
    await assess(explainer)
    expect(told.outcomes).toEqual(['ok', 'ok'])
  })
})
