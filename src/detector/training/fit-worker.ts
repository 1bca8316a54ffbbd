// The trainer's thread: an instance of the module on the host's shared memory, filling the slot it is told to.

import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { type FitOrder, fitInTurns } from '../../forest/fit.js'
import { instantiateWasm } from '../../forest/wasm.js'

/**
 * After so much work the thread rests. A scheduler may let it run for 3 ms while a request waits for the processor; from a
 * thread that rests the request gets it at once.
 */
const WORK_MS = 0.1
const REST_MS = 0.02

export interface FitWorkerData {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
}

/** That it is ready for work; then its answer to each FitOrder: how long that took without rests, or what went wrong. */
export type FitAnswer =
  | { readonly ready: true }
  | { readonly durationMs: number }
  | { readonly error: string }

// Where cores are short, requests go first. Only Linux takes this for the calling thread; elsewhere it would be the
// whole process.
if (process.platform === 'linux') yieldToRequests()

const { module, memory } = workerData as FitWorkerData
/** Nobody changes it: to wait for it is to rest. */
const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
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
  let durationMs = 0
  let sinceMs = performance.now()
  try {
    for (const _ of fitInTurns(wasm, order, 1)) {
      const workedMs = performance.now() - sinceMs
      if (workedMs < WORK_MS) continue
      durationMs += workedMs
      Atomics.wait(never, 0, 0, REST_MS)
      sinceMs = performance.now()
    }
    wasm.summarize(order.base, order.slot)
    return { durationMs: durationMs + performance.now() - sinceMs }
  } catch (error) {
    return { error: String(error) }
  }
}
