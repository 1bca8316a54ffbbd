import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { OllamaStandIn } from '../ollama-stand-in.js'
import { ServiceProcess } from './service-process.js'

const ATTACK = { latency: 90_000, input_length: 100, errors: 9 }

let ollama: OllamaStandIn
let service: ServiceProcess

beforeEach(async () => {
  ollama = await OllamaStandIn.start()
  service = await ServiceProcess.start({
    SENTINEL_EXPLAIN: 'wait',
    SENTINEL_LLM_TIMEOUT_MS: '600000',
    OLLAMA_HOST: ollama.url,
  })
  // The model is loaded at the start; nobody waits for one that has not answered yet.
  await vi.waitFor(
    () =>
      expect(service.log.map(({ msg }) => msg)).toContainEqual(
        expect.stringMatching(/^the language model answers/),
      ),
    10_000,
  )
  ollama.behaviour = 'hold'
})

afterEach(async () => {
  await service.stop('SIGKILL')
  await ollama.stop()
})

it.each(['SIGTERM', 'SIGINT'] as const)(
  'answers a request that waits for the model when %s comes, and exits with 0',
  async (signal) => {
    const open = service.post('/analyze-flow', ATTACK)
    await ollama.chatsSeen(1)
    const exitCode = service.stop(signal)
    const response = await open
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      status: 'THREAT_DETECTED',
      reason: expect.stringContaining('above the limit of 5,000 ms'),
    })
    expect(await exitCode).toBe(0)
  },
)
