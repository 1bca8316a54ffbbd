// The trainer's thread: an instance of the module on the host's shared memory, filling the slot it is told to.

import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { type FitOrder, fitSlot } from '../../forest/fit.js'
import { instantiateWasm } from '../../forest/wasm.js'

export interface FitWorkerData {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
}

/** That it is ready for work; then its answer to each FitOrder: how long that took, or what went wrong. */
export type FitAnswer =
  | { readonly ready: true }
  | { readonly durationMs: number }
  | { readonly error: string }

// Where cores are short, requests go first. Only Linux takes this for the calling thread; elsewhere it would be the
// whole process.
if (process.platform === 'linux') yieldToRequests()

const { module, memory } = workerData as FitWorkerData
const port = parentPort
if (port === null) throw new Error('fit-worker runs as a worker thread only')

const { exports: wasm } = await instantiateWasm({ wasm: module, memory })

port.on('message', (order: FitOrder) => {
  port.postMessage(answerTo(order))
})
port.postMessage({ ready: true } satisfies FitAnswer)

function yieldToRequests(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW)
  } catch {
    // Deno asks for a permission of its own. Without it the thread works all the same.
  }
}

function answerTo(order: FitOrder): FitAnswer {
  const startedMs = performance.now()
  try {
    fitSlot(wasm, order)
    wasm.summarize(order.base, order.slot)
    return { durationMs: performance.now() - startedMs }
  } catch (error) {
    return { error: String(error) }
  }
}
