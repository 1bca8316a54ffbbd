import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Explainer, ExplainerOptions } from '#sentinel/explain/explainer.js'
import { ollamaModel } from '#sentinel/explain/llm/ollama-model.js'
import { OllamaStandIn } from '../../ollama-stand-in.js'
import { assess, distinct, explainerWith, ollama, SHORT_MS, skipBreak, startAfresh, told } from './subject.js'

beforeEach(startAfresh)

describe('whether there is a model', () => {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn() }

  function prepared(options: Partial<ExplainerOptions> = {}): Explainer {
    for (const level of Object.values(log)) level.mockClear()
    return explainerWith({ listener: Object.assign(told, { log }), ...options })
  }

  async function nowhere(): Promise<string> {
    const gone = await OllamaStandIn.start()
    const { url } = gone
    await gone.stop()
    return url
  }

  it.each(['wait', 'background'] as const)(
    'is asked once at the start; without one the rules explain in mode %s, and one info line says so',
    async (mode) => {
      const explainer = prepared({ mode, model: ollamaModel(await nowhere(), 'llama2') })
      await explainer.prepare()
      for (const number of [0, 1, 2, 3, 4]) expect(await assess(explainer, number)).toBeNull()
      expect(log.info).toHaveBeenCalledExactlyOnceWith(
        { model: 'llama2', lastFailure: expect.stringContaining('ECONNREFUSED') },
        'no language model answers: the rules explain alone until one does',
      )
      expect(log.warn).not.toHaveBeenCalled()
      expect(told.states).toEqual(['closed'])
      expect(new Set(told.outcomes)).toEqual(new Set(['absent']))
    },
  )

  it('is asked for with the key, as questions are', async () => {
    const explainer = prepared({ model: ollamaModel(ollama.url, 'llama2', 'a-key') })
    await explainer.prepare()
    expect(ollama.loads).toEqual([{ model: 'llama2', messages: [], stream: false }])
    expect(ollama.authorizations).toEqual(['Bearer a-key'])
  })

  it('is said of a server that lacks the model, too', async () => {
    const explainer = prepared({ model: ollamaModel(ollama.url, 'nope') })
    await explainer.prepare()
    expect(log.info.mock.calls).toEqual([
      [{ model: 'nope', lastFailure: "Ollama answered 404: model 'nope' not found" }, expect.any(String)],
    ])
  })

  it('is tried again after a break, for an anomaly, which then has its words', async () => {
    ollama.behaviour = 'error-500'
    const explainer = prepared()
    await explainer.prepare()
    expect(await assess(explainer, 0)).toBeNull()
    ollama.behaviour = 'answer'
    skipBreak()
    const { inTime, assessment } = explainer.explain(distinct(1))
    expect(await inTime).toBeNull()
    expect(await assessment).not.toBeNull()
    expect(log.info).toHaveBeenCalledTimes(2)
    expect(log.info.mock.lastCall?.[1]).toContain('answers, and explains anomalies from now on')
    // From now on a failure is one.
    ollama.behaviour = 'drop'
    for (const number of [2, 3, 4]) await assess(explainer, number)
    expect(told.outcomes.slice(-3)).toEqual(['error', 'error', 'error'])
    expect(told.states).toEqual(['closed', 'open'])
  })

  it('lets anomalies that come while it loads at the start be explained once it has', async () => {
    ollama.cold = true
    const explainer = prepared({ timeoutMs: SHORT_MS })
    const preparing = explainer.prepare()
    await ollama.loadsSeen(1)
    const { inTime, assessment } = explainer.explain(distinct(0))
    expect(await inTime).toBeNull()
    ollama.finishLoad()
    await preparing
    expect(await assessment).not.toBeNull()
    expect(ollama.loadsBegun).toBe(1)
  })

  it('does not depend on the clock of the machine: set back an hour, a break is no longer', async () => {
    const explainer = prepared({ mode: 'background' })
    ollama.behaviour = 'error-500'
    for (const number of [0, 1, 2]) await assess(explainer, number)
    expect(told.states).toEqual(['closed', 'open'])
    ollama.behaviour = 'answer'
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() - 3_600_000 })
    vi.advanceTimersByTime(performance.now() + 10 * 60_000)
    vi.setSystemTime(Date.now() - 3_600_000)
    expect(await assess(explainer, 3)).not.toBeNull()
  })
})
