import { vi } from 'vitest'
import { Explainer, type ExplainerOptions } from '#sentinel/explain/explainer.js'
import { ollamaModel } from '#sentinel/explain/llm/ollama-model.js'
import type { Verdict } from '../../../src/detector/verdict.js'
import { OllamaStandIn } from '../../ollama-stand-in.js'
import { SLOW } from '../verdicts.js'
import { EventRecorder } from './event-recorder.js'

/** Long enough never to pass in a test that does not mean it to. */
export const AMPLE_MS = 20_000
export const SHORT_MS = 40

/** Of the test that runs. */
export let ollama: OllamaStandIn
export let told: EventRecorder
const explainers: Explainer[] = []

/** To be called before each test; what it returns, after it. */
export async function startAfresh(): Promise<() => Promise<void>> {
  ollama = await OllamaStandIn.start()
  told = new EventRecorder()
  return async () => {
    vi.useRealTimers()
    await Promise.all(explainers.splice(0).map((explainer) => explainer.close()))
    await ollama.stop()
  }
}

export function explainerWith(options: Partial<ExplainerOptions> = {}): Explainer {
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
export function distinct(number: number): { verdict: Verdict; route: string } {
  return { verdict: SLOW, route: `/${'abcdefghijklmnopqrstuvwxyz'[number]}` }
}

/** What the answer to an anomaly has of the model's words. */
export async function assess(explainer: Explainer, number = 0) {
  const { inTime, assessment } = explainer.explain(distinct(number))
  return inTime ?? assessment
}

/** Lets the breaker's break pass without waiting for it. */
export function skipBreak(): void {
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.advanceTimersByTime(performance.now() + 10 * 60_000)
}
