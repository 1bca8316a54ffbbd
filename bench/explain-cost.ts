/**
 * What does explaining an anomaly cost me? Time per anomaly until the answer may go out: by rules, with a dead
 * Ollama (breaker open), from the cache, and the share of it that is the sentence itself; then what keeping it
 * and its log line cost besides, without the writing of the line.
 *
 *   npm run build && npx tsx bench/explain-cost.ts
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus } from 'node:os'
import { fastify } from 'fastify'
import { AnomalyLog } from '#sentinel/anomalies/anomaly-log.js'
import { Explainer, type ExplainMode } from '#sentinel/explain/explainer.js'
import { ollamaModel } from '#sentinel/explain/llm/ollama-model.js'
import { reasonFor } from '#sentinel/explain/sentence/reason.js'
import { loggerOptions } from '#sentinel/http/logger.js'
import { routeName } from '#sentinel/telemetry/route-name.js'
import { SLOW } from '../test/explain/verdicts.js'

const WARM_UP = 2_000
const RUNS = 20_000

const anomaly = { verdict: SLOW, route: '/api/v2/users/u-102/orders' }
const listener = { llmRequest: () => undefined, breakerState: () => undefined }

/** Kept so that nothing measured can be left out as unused. */
let sink = 0

async function measure(name: string, work: () => unknown): Promise<void> {
  for (let i = 0; i < WARM_UP; i++) await work()
  const us = new Float64Array(RUNS)
  for (let i = 0; i < RUNS; i++) {
    const startedMs = performance.now()
    const outcome = work()
    if ((outcome instanceof Promise ? await outcome : outcome) !== null) sink++
    us[i] = (performance.now() - startedMs) * 1000
  }
  us.sort()
  const at = (share: number): string => `${(us[Math.ceil(share * RUNS) - 1] ?? 0).toFixed(1).padStart(8)} µs`
  console.log(`${name.padEnd(34)} median ${at(0.5)}  p99 ${at(0.99)}  p99.9 ${at(0.999)}`)
}

function explainer(mode: ExplainMode, ollamaHost: string): Explainer {
  return new Explainer({ mode, timeoutMs: 2000, model: ollamaModel(ollamaHost, 'llama2'), listener })
}

async function listen(content: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ model: 'llama2', message: { role: 'assistant', content }, done: true }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${RUNS} anomalies each`)

await measure('the sentence alone', () => reasonFor(SLOW))

const rules = explainer('rules', 'http://127.0.0.1:1')
await measure('rules', () => rules.explain(anomaly).reason)

const server = await listen(JSON.stringify({ assessment: 'The worker pool may be exhausted.' }))
const cached = explainer('wait', server.url)
await measure('wait, same situation (cache)', () => cached.explain(anomaly).assessment)
await cached.close()
server.close()

// The port is free now, so that connections to it are refused.
const dead = explainer('wait', server.url)
for (let i = 0; i < 3; i++) await dead.explain(anomaly).assessment
await measure('wait, dead Ollama (breaker open)', () => dead.explain(anomaly).assessment)
await dead.close()

const reason = reasonFor(SLOW)
const log = new AnomalyLog()
const logged = { ...anomaly, reason }
await measure('kept for GET /anomalies', () => log.add(logged))

const unwritten = {
  write(line: string) {
    sink += line.length
  },
}
const app = fastify({ logger: loggerOptions('info', { stream: unwritten }) })
const { score, confidence } = SLOW
await measure('the log line', () => {
  const route = routeName(anomaly.route)
  app.log.warn({ anomalyId: log.newestId, score, confidence, reason, route }, 'anomaly')
})

if (sink === 0) throw new Error('nothing was measured')
