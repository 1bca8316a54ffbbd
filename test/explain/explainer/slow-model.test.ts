import { beforeEach, describe, expect, it } from 'vitest'
import { assess, distinct, explainerWith, ollama, SHORT_MS, startAfresh, told } from './subject.js'

beforeEach(startAfresh)

describe('a model that is slow', () => {
  it('has its words kept with the anomaly whose answer went without them', async () => {
    ollama.behaviour = 'hold'
    const explainer = explainerWith({ timeoutMs: SHORT_MS })
    const timeout = told.next('timeout')
    const { inTime, assessment } = explainer.explain(distinct(0))
    expect(await inTime).toBeNull()
    await timeout
    ollama.release()
    expect((await assessment)?.text).toContain('A saturated worker pool')
    expect(told.outcomes).toEqual(['timeout', 'late'])
    expect(told.states).toEqual(['closed'])
  })

  it('is waited for by nobody while an answer is overdue', async () => {
    ollama.behaviour = 'hold'
    const explainer = explainerWith({ timeoutMs: SHORT_MS })
    const timeout = told.next('timeout')
    await assess(explainer, 0)
    await timeout
    const { inTime } = explainer.explain(distinct(1))
    expect(
      await Promise.race([inTime, new Promise((resolve) => setTimeout(resolve, SHORT_MS / 2, 'waits'))]),
    ).toBeNull()
  })

  it.each(['wait', 'background'] as const)(
    'is left to load in mode %s, however many anomalies come meanwhile, and explains the first and the next',
    async (mode) => {
      ollama.cold = true
      const explainer = explainerWith({ mode, timeoutMs: SHORT_MS })
      const first = explainer.explain(distinct(0))
      await ollama.chatsSeen(1)
      if (first.inTime !== null) expect(await first.inTime).toBeNull()
      const next = explainer.explain(distinct(1))
      await ollama.chatsSeen(2)
      expect(ollama.waitingForLoad).toBe(2)
      ollama.finishLoad()
      expect((await first.assessment)?.text).toContain('A saturated worker pool')
      expect(await next.assessment).not.toBeNull()
      expect(ollama.loadsBegun).toBe(1)
      expect(await explainer.explain(distinct(2)).assessment).not.toBeNull()
      expect(told.states).toEqual(['closed'])
    },
  )

  it('closes a breaker that its slowness opened, once it has answered', async () => {
    ollama.cold = true
    const explainer = explainerWith({ timeoutMs: SHORT_MS })
    const opens = told.next('open')
    const explanations = [0, 1, 2].map((number) => explainer.explain(distinct(number)))
    await opens
    const closes = told.next('closed')
    ollama.finishLoad()
    await closes
    const texts = await Promise.all(explanations.map(({ assessment }) => assessment))
    expect(texts.every((text) => text !== null)).toBe(true)
    expect(await assess(explainer, 3)).not.toBeNull()
  })
})
