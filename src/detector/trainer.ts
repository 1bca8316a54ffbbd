import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Arena } from '../forest/arena.js'
import { contaminationWord, type FitOrder } from '../forest/fit.js'
import type { FitAnswer, FitWorkerData } from './fit-worker.js'

/** A fit of the largest shape takes seconds; a thread silent for longer is stuck. */
const WATCHDOG_MS = 60_000
/** Trees grown in one turn of the event loop when there is no thread. */
const TREES_A_TURN = 10

interface FitInFlight {
  readonly resolve: (durationMs: number) => void
  readonly reject: (error: Error) => void
  readonly watchdog: NodeJS.Timeout
}

/**
 * Fills slots of an arena: on a worker thread over the shared memory, or, where no thread can be had, inline in
 * small turns. One fit at a time. A thread that dies or hangs fails its fit and is replaced at the next.
 */
export class Trainer {
  readonly #arena: Arena
  readonly #onFault: (error: Error) => void
  #kind: 'worker' | 'inline'
  #worker: Worker | null = null
  #online = false
  #inFlight: FitInFlight | null = null
  #closed = false

  /** @param onFault told of a thread that could not be started, died or hung */
  constructor(arena: Arena, onFault: (error: Error) => void) {
    this.#arena = arena
    this.#onFault = onFault
    this.#kind = arena.shared ? 'worker' : 'inline'
    if (this.#kind === 'worker') this.#start()
  }

  get kind(): 'worker' | 'inline' {
    return this.#kind
  }

  /** Fills the slot that the order names and gives the milliseconds that took; rejects when it fails. */
  fit(order: FitOrder): Promise<number> {
    if (this.#inFlight) return Promise.reject(new Error('a fit is in flight'))
    if (this.#kind === 'worker' && this.#worker === null) this.#start()
    const worker = this.#worker
    return worker === null ? this.#fitInline(order) : this.#fitOnThread(worker, order)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#stop(new Error('the trainer is closed'))
  }

  #start(): void {
    const { module, memory } = this.#arena
    const workerData: FitWorkerData = { module, memory }
    try {
      const worker = new Worker(new URL('./fit-worker.js', import.meta.url), { workerData, name: 'trainer' })
      this.#worker = worker
      this.#online = false
      worker.on('message', (answer: FitAnswer) => {
        this.#online = true
        this.#settle('error' in answer ? new Error(answer.error) : answer.durationMs)
      })
      worker.once('error', (error) => this.#lost(worker, error))
      worker.once('exit', (code) => this.#lost(worker, new Error(`the trainer's thread exited with ${code}`)))
      // The process may end while the thread waits for work, not while it works.
      worker.unref()
    } catch (error) {
      this.#fallBack(error as Error)
    }
  }

  #fitOnThread(worker: Worker, order: FitOrder): Promise<number> {
    return new Promise((resolve, reject) => {
      const watchdog = setTimeout(() => {
        const error = new Error(`the trainer's thread did not answer within ${WATCHDOG_MS} ms`)
        this.#onFault(error)
        void this.#stop(error)
      }, WATCHDOG_MS)
      watchdog.unref()
      this.#inFlight = { resolve, reject, watchdog }
      worker.ref()
      worker.postMessage(order)
    })
  }

  async #fitInline(order: FitOrder): Promise<number> {
    const startedMs = performance.now()
    const { wasm } = this.#arena
    const { base, slot, nRows, nTrees, seed, contamination } = order
    wasm.beginFit(base, slot, nRows)
    for (let tree = 0; tree < nTrees && !this.#closed; tree += TREES_A_TURN) {
      await setImmediate()
      wasm.growTrees(base, slot, seed, tree, Math.min(nTrees, tree + TREES_A_TURN))
    }
    await setImmediate()
    if (this.#closed) throw new Error('the trainer is closed')
    wasm.calibrate(base, slot, contaminationWord(contamination))
    wasm.summarize(base, slot)
    return performance.now() - startedMs
  }

  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = null
    if (this.#closed) return
    this.#onFault(error)
    // A thread that never answered anything would fail the same way again.
    if (!this.#online) this.#fallBack(error)
    this.#settle(error)
  }

  #fallBack(error: Error): void {
    this.#worker = null
    this.#kind = 'inline'
    this.#onFault(new Error(`training runs inline from now on: ${error.message}`, { cause: error }))
  }

  async #stop(error: Error): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    this.#settle(error)
    await worker?.terminate()
  }

  #settle(outcome: number | Error): void {
    const fit = this.#inFlight
    if (fit === null) return
    this.#inFlight = null
    clearTimeout(fit.watchdog)
    this.#worker?.unref()
    if (typeof outcome === 'number') fit.resolve(outcome)
    else fit.reject(outcome)
  }
}
