import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { freePort } from '../free-port.js'
import { OllamaStandIn } from '../ollama-stand-in.js'
import { ServiceProcess } from './service-process.js'

const SLOW = { latency: 9000, input_length: 1800, errors: 0 }

let ollama: OllamaStandIn
let service: ServiceProcess

beforeEach(async () => {
  ollama = await OllamaStandIn.start()
})

afterEach(async () => {
  await Promise.all([service.stop(), ollama.stop()])
})

async function explanationOf(answer: Response): Promise<{ source: string; text: string }> {
  const anomaly = (await (await service.get(`/anomalies/${answer.headers.get('x-anomaly-id')}`)).json()) as {
    explanation: { source: string; text: string }
  }
  return anomaly.explanation
}

function lines(message: RegExp): Record<string, unknown>[] {
  return service.log.filter(({ msg }) => message.test(String(msg)))
}

test('a default install without a model says so in one info line, warns of nothing, and counts no failure', async () => {
  const OLLAMA_HOST = `http://127.0.0.1:${await freePort()}`
  service = await ServiceProcess.start({ SENTINEL_EXPLAIN: '', OLLAMA_HOST })
  await vi.waitFor(() => expect(lines(/no language model answers/)).toHaveLength(1), 10_000)
  for (let i = 1; i <= 6; i++) await service.post('/analyze-flow', { ...SLOW, latency: 9000 * 3 ** i })
  expect(await service.metric('sentinel_llm_requests_total{outcome="absent"}')).toBe(6)
  expect(await service.metric('sentinel_llm_failures_total')).toBe(0)
  expect(await service.metric('sentinel_llm_breaker_open')).toBe(0)
  expect(lines(/language model/).map(({ level }) => level)).toEqual(['info'])
})

describe('a model that is not in memory', () => {
  test.each(['wait', 'background'])(
    'is left to load in mode %s, and explains the anomaly, with defaults',
    async (mode) => {
      ollama.cold = true
      service = await ServiceProcess.start({ SENTINEL_EXPLAIN: mode, OLLAMA_HOST: ollama.url })
      await ollama.loadsSeen(1)
      const answer = await service.post('/analyze-flow', SLOW)
      expect(await explanationOf(answer)).toMatchObject({ source: 'rules' })
      ollama.finishLoad()
      await vi.waitFor(async () => expect((await explanationOf(answer)).source).toBe('llm'), 10_000)
      expect(ollama.loadsBegun).toBe(1)
      // Unloaded again while nothing happened: the answer goes out after 2 s, its words follow.
      ollama.cold = true
      const next = await service.post('/analyze-flow', { ...SLOW, latency: 90_000 })
      expect(next.status).toBe(200)
      await ollama.chatsSeen(2)
      expect(ollama.waitingForLoad).toBe(1)
      ollama.finishLoad()
      await vi.waitFor(async () => expect((await explanationOf(next)).source).toBe('llm'), 10_000)
    },
  )
})

test('a proxy that wants a key gets it, and the log does not', async () => {
  service = await ServiceProcess.start({
    SENTINEL_EXPLAIN: 'wait',
    OLLAMA_HOST: ollama.url,
    OLLAMA_API_KEY: 'key-of-the-proxy',
  })
  await vi.waitFor(() => expect(lines(/the language model answers/)).toHaveLength(1), 10_000)
  const answer = await service.post('/analyze-flow', SLOW)
  expect(((await answer.json()) as { reason: string }).reason).toContain('A saturated worker pool')
  expect(new Set(ollama.authorizations)).toEqual(new Set(['Bearer key-of-the-proxy']))
  expect(JSON.stringify(service.log)).not.toContain('key-of-the-proxy')
})
