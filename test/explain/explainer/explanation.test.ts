import { beforeEach, describe, expect, it } from 'vitest'
import { ollamaModel } from '#sentinel/explain/llm/ollama-model.js'
import { reasonFor } from '#sentinel/explain/sentence/reason.js'
import { forestVerdict, limitVerdict, SLOW } from '../verdicts.js'
import { assess, explainerWith, ollama, startAfresh, told } from './subject.js'

beforeEach(startAfresh)

describe('an explanation', () => {
  it('puts the words of the model behind the sentence of the rules', async () => {
    const { reason, assessment } = explainerWith().explain({ verdict: SLOW, route: '/a' })
    expect(reason).toBe(reasonFor(SLOW))
    expect(await assessment).toEqual({
      text: `${reason}. A saturated worker pool is the likely cause; look at its queue.`,
      model: 'llama2',
      ms: expect.any(Number) as number,
    })
    expect(told.outcomes).toEqual(['ok'])
    expect(told.seconds[0]).toBeGreaterThan(0)
  })

  it('asks for JSON of a schema, without stream, with bounded effort', async () => {
    await assess(explainerWith())
    const [chat] = ollama.chats
    expect(chat).toMatchObject({ model: 'llama2', stream: false, options: { temperature: 0 } })
    expect(chat?.format).toMatchObject({ type: 'object', required: ['assessment'] })
  })

  it('never asks in mode rules, for an ordinary verdict, or for one without facts', async () => {
    expect(explainerWith({ mode: 'rules' }).explain({ verdict: SLOW }).assessment).toBeNull()
    const explainer = explainerWith()
    expect(explainer.explain({ verdict: { ...SLOW, anomalous: false } }).assessment).toBeNull()
    expect(explainer.explain({ verdict: forestVerdict([]) }).assessment).toBeNull()
    expect(ollama.chats).toEqual([])
    expect(told.outcomes).toEqual([])
  })

  it('is given to limits too', async () => {
    const verdict = limitVerdict([{ feature: 'latency', unit: 'ms', value: 6000, limit: 5000 }])
    const { reason, assessment } = explainerWith().explain({ verdict })
    expect((await assessment)?.text.startsWith(`${reason}. `)).toBe(true)
  })

  it('has the words cut to length and cleared of what cannot be seen', async () => {
    ollama.content = JSON.stringify({ assessment: `Look\u0007 \u202eat\nit. ${'and more '.repeat(200)}` })
    const { reason, assessment } = explainerWith().explain({ verdict: SLOW })
    const words = (await assessment)?.text.slice(reason.length + 2) ?? ''
    expect(words.startsWith('Look at it. and more')).toBe(true)
    expect(words.length).toBeLessThanOrEqual(400)
  })

  it('may repeat figures of the record, and no others', async () => {
    const explainer = explainerWith()
    ollama.content = JSON.stringify({ assessment: 'At 5.2 s, 41 times the median of 127 ms, it is slow.' })
    expect(await assess(explainer, 0)).not.toBeNull()
    ollama.content = JSON.stringify({ assessment: 'At 9,999 ms it is slow.' })
    expect(await assess(explainer, 1)).toBeNull()
    expect(told.outcomes).toEqual(['ok', 'invalid'])
  })

  it('is asked for with the key that a proxy wants', async () => {
    await assess(explainerWith({ model: ollamaModel(ollama.url, 'llama2', 'a-key') }), 0)
    await assess(explainerWith(), 1)
    expect(ollama.authorizations).toEqual(['Bearer a-key', undefined])
  })

  it('has no links', async () => {
    ollama.content = JSON.stringify({ assessment: 'Sign in at https://evil.example to repair it.' })
    expect(await assess(explainerWith())).toBeNull()
    expect(told.outcomes).toEqual(['invalid'])
  })
})

describe('closing', () => {
  it('ends requests under way and asks no more', async () => {
    ollama.behaviour = 'hang'
    const explainer = explainerWith()
    const assessment = assess(explainer)
    await ollama.chatsSeen(1)
    await explainer.close()
    expect(await assessment).toBeNull()
    expect(await assess(explainer, 1)).toBeNull()
    expect(ollama.chats).toHaveLength(1)
    expect(told.outcomes).toEqual([])
  })

  it('is quiet when nothing was ever asked', async () => {
    await expect(explainerWith().close()).resolves.toBeUndefined()
  })
})
