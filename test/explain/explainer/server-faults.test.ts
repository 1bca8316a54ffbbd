import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ollamaModel } from '#sentinel/explain/llm/ollama-model.js'
import type { LlmOutcome } from '#sentinel/explain/llm/outcome.js'
import type { ChatBehaviour } from '../../ollama-stand-in.js'
import { assess, explainerWith, ollama, SHORT_MS, startAfresh, told } from './subject.js'

beforeEach(startAfresh)

describe('a server that misbehaves', () => {
  it.each<[ChatBehaviour, LlmOutcome]>([
    ['half-body', 'error'],
    ['half-json', 'invalid'],
    ['not-json', 'invalid'],
    ['json-null', 'invalid'],
    ['wrong-schema', 'invalid'],
    ['huge', 'invalid'],
    ['redirect', 'error'],
    ['error-500', 'error'],
    ['error-page', 'error'],
    ['drop', 'error'],
  ])('with %s leaves the sentence of the rules', async (behaviour, outcome) => {
    ollama.behaviour = behaviour
    const printed = vi.spyOn(console, 'log').mockReturnValue(undefined)
    expect(await assess(explainerWith())).toBeNull()
    expect(told.outcomes).toEqual([outcome])
    expect(ollama.redirected).toEqual([])
    // Standard output is for JSON lines.
    expect(printed).not.toHaveBeenCalled()
    printed.mockRestore()
  })

  it.each<ChatBehaviour>(['hang', 'trickle'])('with %s is given up at the deadline', async (behaviour) => {
    ollama.behaviour = behaviour
    const timeout = told.next('timeout')
    expect(await assess(explainerWith({ timeoutMs: SHORT_MS }))).toBeNull()
    await timeout
    expect(told.outcomes).toEqual(['timeout'])
    expect(told.seconds[0]).toBeGreaterThan(0)
  })

  it.each([
    'ok',
    '[]',
    '{"assessment":""}',
    '{"assessment":"\u200b"}',
    '{"assessment":1}',
    '{"assessment":"a","action":"x"}',
  ])('with the message %j leaves the sentence of the rules', async (content) => {
    ollama.content = content
    expect(await assess(explainerWith())).toBeNull()
    expect(told.outcomes).toEqual(['invalid'])
  })

  it('says what is wrong when it stops asking', async () => {
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn() }
    const listener = Object.assign(told, { log })
    const explainer = explainerWith({ model: ollamaModel(ollama.url, 'nope'), listener })
    for (const number of [0, 1, 2]) await assess(explainer, number)
    expect(log.warn).toHaveBeenCalledExactlyOnceWith(
      { breaker: 'open', model: 'nope', lastFailure: "Ollama answered 404: model 'nope' not found" },
      expect.any(String),
    )
  })
})
