import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Explainer, type ExplainerOptions } from '#sentinel/explain/explainer.js'
import type { LanguageModel, OpenModel } from '#sentinel/explain/llm/language-model.js'
import { ollamaModel } from '#sentinel/explain/llm/ollama-model.js'
import type { BreakerState, LlmOutcome } from '#sentinel/explain/llm/outcome.js'
import { reasonFor } from '#sentinel/explain/sentence/reason.js'
import type { Verdict } from '../../src/detector/verdict.js'
import { type ChatBehaviour, OllamaStandIn } from '../ollama-stand-in.js'
import { contribution, forestVerdict, limitVerdict, SLOW } from './verdicts.js'

/** Long enough never to pass in a test that does not mean it to. */
const AMPLE_MS = 20_000
const SHORT_MS = 40

class EventRecorder {
  readonly outcomes: LlmOutcome[] = []
  readonly seconds: (number | null)[] = []
  readonly states: BreakerState[] = []
  readonly #waiters: { readonly event: LlmOutcome | BreakerState; readonly resolve: () => void }[] = []

  llmRequest(outcome: LlmOutcome, seconds: number | null): void {
    this.outcomes.push(outcome)
    this.seconds.push(seconds)
    this.#tell(outcome)
  }

  breakerState(state: BreakerState): void {
    this.states.push(state)
    this.#tell(state)
  }

  /** Resolves at the next such outcome or state. */
  next(event: LlmOutcome | BreakerState): Promise<void> {
    return new Promise((resolve) => this.#waiters.push({ event, resolve }))
  }

  #tell(event: LlmOutcome | BreakerState): void {
    for (const waiter of this.#waiters) if (waiter.event === event) waiter.resolve()
  }
}

let ollama: OllamaStandIn
let told: EventRecorder
const explainers: Explainer[] = []

beforeEach(async () => {
  ollama = await OllamaStandIn.start()
  told = new EventRecorder()
})

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(explainers.splice(0).map((explainer) => explainer.close()))
  await ollama.stop()
})

function explainerWith(options: Partial<ExplainerOptions> = {}): Explainer {
  const explainer = new Explainer({
    mode: 'wait',
    timeoutMs: AMPLE_MS,
    model: ollamaModel(ollama.url, 'llama2'),
    listener: told,
    ...options,
  })
  explainers.push(explainer)
  return explainer
}

/** A situation of its own for each number, so that nothing is cached or shared. */
function distinct(number: number): { verdict: Verdict; route: string } {
  return { verdict: SLOW, route: `/${'abcdefghijklmnopqrstuvwxyz'[number]}` }
}

async function assess(explainer: Explainer, number = 0) {
  return explainer.explain(distinct(number)).assessment
}

/** Lets the breaker's break pass without waiting for it. */
function skipBreak(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 })
}

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

  it('has no links', async () => {
    ollama.content = JSON.stringify({ assessment: 'Sign in at https://evil.example to repair it.' })
    expect(await assess(explainerWith())).toBeNull()
    expect(told.outcomes).toEqual(['invalid'])
  })
})

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
    expect(await assess(explainerWith({ timeoutMs: SHORT_MS }))).toBeNull()
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
    expect(await assess(explainer, 3)).toBeNull()
    expect(await assess(explainer, 4)).toBeNull()
    expect(told.outcomes.slice(3)).toEqual(['open', 'open'])
    const [closed, answered] = [told.next('closed'), told.next('ok')]
    await ollama.loadsSeen(1)
    ollama.release()
    await Promise.all([closed, answered])
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
    const startMs = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: startMs })
    const explainer = await opened({ mode: 'background' })
    let atMs = startMs
    for (const breakMs of [5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000]) {
      vi.setSystemTime(atMs + breakMs - 1)
      await assess(explainer, 3)
      expect(told.outcomes.at(-1)).toBe('open')
      atMs += breakMs
      vi.setSystemTime(atMs)
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
    for (const number of [0, 1, 2, 3]) expect(await assess(explainer, number)).toBeNull()
    expect(told.outcomes).toEqual(['timeout', 'timeout', 'timeout', 'open'])
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
