import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LanguageModel, OpenModel } from '#sentinel/explain/llm/language-model.js'
import { assess, distinct, explainerWith, SHORT_MS, startAfresh, told } from './subject.js'

beforeEach(startAfresh)

describe('another language model', () => {
  const other = (assess: LanguageModel['assess']): OpenModel => {
    return async () => ({ name: 'other', assess, load: async () => undefined })
  }

  it('can be put in, is opened once, and has its words checked like any', async () => {
    const open = vi.fn(
      other(async ({ route }) => (route === '/a' ? 'It queues.\n\u200bLook.' : 'See https://evil.example')),
    )
    const explainer = explainerWith({ model: open })
    const { reason, assessment } = explainer.explain(distinct(0))
    expect(await assessment).toMatchObject({ text: `${reason}. It queues. Look.`, model: 'other' })
    expect(await assess(explainer, 0)).toMatchObject({ model: 'other', ms: 0 })
    expect(await assess(explainer, 1)).toBeNull()
    expect(told.outcomes).toEqual(['ok', 'cached', 'invalid'])
    expect(open).toHaveBeenCalledTimes(1)
  })

  it('is not opened in mode rules', async () => {
    const open = vi.fn(other(async () => 'words'))
    const explainer = explainerWith({ mode: 'rules', model: open })
    await explainer.prepare()
    expect(explainer.explain(distinct(0)).assessment).toBeNull()
    expect(open).not.toHaveBeenCalled()
  })

  it('that heeds no deadline delays nobody, and opens the breaker', async () => {
    const explainer = explainerWith({ timeoutMs: SHORT_MS, model: other(() => new Promise(() => undefined)) })
    const opens = told.next('open')
    for (const number of [0, 1, 2]) expect(await assess(explainer, number)).toBeNull()
    await opens
    expect(told.outcomes).toEqual(['timeout', 'timeout', 'timeout'])
    expect(await assess(explainer, 3)).toBeNull()
    expect(told.outcomes.at(-1)).toBe('open')
  })

  it('that cannot be opened leaves the sentence of the rules', async () => {
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn() }
    const error = new Error('no such client')
    const listener = Object.assign(told, { log })
    const explainer = explainerWith({ model: () => Promise.reject(error), listener })
    await explainer.prepare()
    expect(await assess(explainer)).toBeNull()
    expect(log.warn).toHaveBeenCalledExactlyOnceWith({ err: error }, 'explanation failed')
  })
})
