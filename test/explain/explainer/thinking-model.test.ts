import { beforeEach, describe, expect, it, vi } from 'vitest'
import { assess, explainerWith, ollama, startAfresh, told } from './subject.js'

beforeEach(startAfresh)

describe('a model that thinks', () => {
  const ANSWER = JSON.stringify({ assessment: 'Look at the queue.' })

  it('is asked not to, and given enough tokens in case it does', async () => {
    await assess(explainerWith())
    expect(ollama.chats[0]).toMatchObject({ think: false, options: { num_predict: 2048 } })
  })

  it('is asked again without the wish, for good, where the server refuses it', async () => {
    ollama.refusesThink = true
    const explainer = explainerWith()
    expect(await assess(explainer, 0)).not.toBeNull()
    expect(await assess(explainer, 1)).not.toBeNull()
    expect(ollama.chats.map((chat) => 'think' in chat)).toEqual([true, false, false])
  })

  it.each([
    ['its thoughts before the answer', `<think>\nIs it {slow}? 5 of 9.\n</think>\n\n${ANSWER}`],
    ['thoughts whose beginning the template ate', `It is slow.\n</think>${ANSWER}`],
    ['other names for thinking', `<thinking>Hm.</thinking> ${ANSWER}`],
    ['a fence', `\`\`\`json\n${ANSWER}\n\`\`\``],
    ['a fence without a language', `\`\`\`\n${ANSWER}\n\`\`\`\n`],
    ['words around a fence', `Here it is:\n\`\`\`json\n${ANSWER}\n\`\`\`\nI hope that helps.`],
    ['words around the JSON', `Sure! ${ANSWER} Done.`],
    ['thoughts and a fence', `<think>x</think>\n\`\`\`JSON\n${ANSWER}\n\`\`\``],
  ])('is understood with %s', async (_, content) => {
    ollama.content = content
    expect((await assess(explainerWith()))?.text).toMatch(/ Look at the queue\.$/)
  })

  it.each([
    ['', 'Let me see', 'length', /empty, and the answer was cut off after 2048 tokens; the model thought/],
    [
      '<think>Let me see',
      undefined,
      'length',
      /before the model has thought to the end, and .* cut off after/,
    ],
    ['', 'Let me see', 'stop', /empty; the model thought instead/],
    ['{"assessment": "Loo', undefined, 'length', /no JSON, and the answer was cut off after 2048 tokens/],
  ])('has the log say what happened to %j with thoughts %j', async (content, thinking, reason, message) => {
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn() }
    Object.assign(ollama, { content, thinking, doneReason: reason })
    expect(await assess(explainerWith({ listener: Object.assign(told, { log }) }))).toBeNull()
    expect(told.outcomes).toEqual(['invalid'])
    expect(log.debug.mock.calls[0]?.[0]).toMatchObject({ err: { message: expect.stringMatching(message) } })
  })
})
