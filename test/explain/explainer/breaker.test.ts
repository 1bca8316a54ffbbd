import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Explainer, ExplainerOptions } from '#sentinel/explain/explainer.js'
import { ollamaModel } from '#sentinel/explain/llm/ollama-model.js'
import { OllamaStandIn } from '../../ollama-stand-in.js'
import { assess, distinct, explainerWith, ollama, skipBreak, startAfresh, told } from './subject.js'

beforeEach(startAfresh)

describe('the circuit breaker', () => {
  async function opened(options: Partial<ExplainerOptions> = {}): Promise<Explainer> {
    const explainer = explainerWith(options)
    ollama.behaviour = 'error-500'
    for (const number of [0, 1, 2]) await assess(explainer, number)
    expect(told.states).toEqual(['closed', 'open'])
    return explainer
  }

  it('stops asking after three failures in a row', async () => {
    const explainer = await opened()
    ollama.behaviour = 'answer'
    for (const number of [3, 4, 5]) expect(await assess(explainer, number)).toBeNull()
    expect(told.outcomes.slice(3)).toEqual(['open', 'open', 'open'])
    expect(ollama.chats).toHaveLength(3)
  })

  it('does not mind failures between answers', async () => {
    const explainer = explainerWith()
    for (const number of [0, 1, 2, 3, 4, 5, 6, 7]) {
      ollama.behaviour = number % 3 === 0 ? 'answer' : 'drop'
      await assess(explainer, number)
    }
    expect(told.states).toEqual(['closed'])
  })

  it('probes after a break, loading the model first, and closes when it answers', async () => {
    const explainer = await opened({ mode: 'background' })
    ollama.behaviour = 'answer'
    skipBreak()
    expect(await assess(explainer, 3)).not.toBeNull()
    expect(ollama.loads).toHaveLength(1)
    expect(told.states).toEqual(['closed', 'open', 'half-open', 'closed'])
    expect(await assess(explainer, 4)).not.toBeNull()
  })

  it('lets nobody wait for a probe in mode wait, and keeps what it brings', async () => {
    const explainer = await opened()
    ollama.behaviour = 'hold'
    skipBreak()
    const probe = explainer.explain(distinct(3))
    expect(await probe.inTime).toBeNull()
    expect(await assess(explainer, 4)).toBeNull()
    expect(told.outcomes.slice(3)).toEqual(['open'])
    const [closed, answered] = [told.next('closed'), told.next('ok')]
    await ollama.loadsSeen(1)
    ollama.release()
    await Promise.all([closed, answered])
    expect(await probe.assessment).not.toBeNull()
    expect(await assess(explainer, 3)).toMatchObject({ ms: 0 })
  })

  it('stays open when the probe fails', async () => {
    const explainer = await opened({ mode: 'background' })
    skipBreak()
    expect(await assess(explainer, 3)).toBeNull()
    expect(told.states).toEqual(['closed', 'open', 'half-open', 'open'])
    expect(told.outcomes.at(-1)).toBe('error')
  })

  it('breaks for 5 s, and for twice as long after each probe that fails, up to 2 min', async () => {
    // Faked, it begins at 0: no test runs for this long before.
    vi.useFakeTimers({ toFake: ['performance'] })
    vi.advanceTimersByTime(10 * 60_000)
    const explainer = await opened({ mode: 'background' })
    for (const breakMs of [5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000]) {
      vi.advanceTimersByTime(breakMs - 1)
      await assess(explainer, 3)
      expect(told.outcomes.at(-1)).toBe('open')
      vi.advanceTimersByTime(1)
      await assess(explainer, 3)
      expect(told.outcomes.at(-1)).toBe('error')
    }
    expect(ollama.loads).toHaveLength(7)
  })

  it('opens for a server that is not there', async () => {
    const gone = await OllamaStandIn.start()
    const { url } = gone
    await gone.stop()
    const explainer = explainerWith({ model: ollamaModel(url, 'llama2') })
    for (const number of [0, 1, 2, 3]) expect(await assess(explainer, number)).toBeNull()
    expect(told.outcomes).toEqual(['error', 'error', 'error', 'open'])
  })
})
