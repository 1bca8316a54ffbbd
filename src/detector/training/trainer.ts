import type { Worker } from 'node:worker_threads'
import type { Arena } from '../../forest/arena.js'
import { type FitOrder, fitInTurns } from '../../forest/fit.js'
import { builtin, hasBuiltin } from '../../runtime/builtin.js'
import { nextTurn, type Timer, unrefTimer } from '../../runtime/timers.js'
import type { FitAnswer, FitWorkerData } from './fit-worker.js'
import type { TrainerFaultKind, TrainerOptions } from './trainer-options.js'

/** A fit of the largest shape takes seconds; a thread silent for longer is stuck. */
const WATCHDOG_MS = 60_000
/** What a thread needs beside the shared memory is a few MB; one that grows further is ended, not the process. */
const THREAD_HEAP_MB = 64
/** Threads that end before they were ready for work, one after the other, until it is given up. */
const MAX_FAILED_STARTS = 3
/** Trees grown in one turn of the event loop when there is no thread. */
const TREES_A_TURN = 10

/** What Node says the language of a program in the command line is: a thread refuses it for its own file. */
const OF_COMMAND_LINE = /^--(?:input-type|experimental-default-type)(?:=|$)/

/** The flags of this process that a thread takes, too. */
function flagsForThread(): string[] {
  const flags = globalThis.process?.execArgv ?? []
  return flags.filter((flag, i) => !OF_COMMAND_LINE.test(flag) && !/^--input-type$/.test(flags[i - 1] ?? ''))
}

/** What is used here of Node's worker_threads. */
type Threads = Pick<typeof import('node:worker_threads'), 'Worker'>

interface FitInFlight {
  readonly resolve: (durationMs: number) => void
  readonly reject: (error: Error) => void
  readonly watchdog: Timer
}

/**
 * Fills slots of an arena: on a worker thread of Node's over the shared memory, or, where none can be had (browsers,
 * the edge), inline in small turns of some tenths of a millisecond. One fit at a time. A thread that dies or hangs fails its fit and is replaced at the next; when that
 * may be, the refit schedule says, which waits longer after each failure.
 */
export class Trainer {
  readonly #arena: Arena
  readonly #options: TrainerOptions
  /** Inline outside Node and what is like it, and where memory cannot be shared. */
  #kind: 'worker' | 'inline'
  #worker: Worker | null = null
  /** Whether the thread has said that it is ready for work. */
  #ready = false
  #failedStarts = 0
  /** Resolves when the thread before is gone, null when it is: two must never write to one slot. */
  #leaving: Promise<void> | null = null
  #inFlight: FitInFlight | null = null
  #closed = false

  constructor(arena: Arena, options: TrainerOptions = {}) {
    this.#arena = arena
    this.#options = options
    this.#kind = arena.shared && hasBuiltin('node:worker_threads') ? 'worker' : 'inline'
  }

  get kind(): 'worker' | 'inline' {
    return this.#kind
  }

  /**
   * Starts the thread, if there is none. To be called when a fit comes soon, which then need not wait for the thread;
   * and no sooner: the thread takes 16 MiB, and where cores are few a tenth of the host's own start.
   */
  prepare(): void {
    if (this.#kind !== 'worker' || this.#worker !== null || this.#closed || this.#leaving !== null) return
    // It takes some milliseconds to load, and much is judged that never comes to a fit.
    const threads = builtin<Threads>('node:worker_threads')
    if (threads !== undefined) this.#start(threads)
  }

  /** Fills the slot that the order names and gives the milliseconds that took; rejects when it fails. */
  fit(order: FitOrder): Promise<number> {
    if (this.#inFlight) return Promise.reject(new Error('a fit is in flight'))
    if (this.#closed) return Promise.reject(new Error('the trainer is closed'))
    if (this.#leaving !== null) return this.#leaving.then(() => this.fit(order))
    this.prepare()
    const worker = this.#worker
    return worker === null ? this.#fitInline(order) : this.#fitOnThread(worker, order)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#stop(new Error('the trainer is closed'))
  }

  #start({ Worker: Thread }: Threads): void {
    const { module, memory } = this.#arena
    const workerData: FitWorkerData = { module, memory }
    const thread = this.#options.thread ?? new URL('./fit-worker.js', import.meta.url)
    try {
      const worker = new Thread(thread, {
        workerData,
        name: 'trainer',
        execArgv: flagsForThread(),
        resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
      })
      this.#worker = worker
      this.#ready = false
      worker.on('message', (answer: FitAnswer) => this.#heard(worker, answer))
      worker.once('error', (error) => {
        // The thread may still be running when its error is reported.
        if (this.#worker === worker) this.#dismiss(worker)
        this.#lost(worker, error)
      })
      worker.once('exit', (code) => this.#lost(worker, new Error(`the trainer's thread exited with ${code}`)))
      // The process may end while the thread waits for work, not while it works.
      worker.unref()
    } catch (error) {
      this.#kind = 'inline'
      this.#tell('start', error as Error)
    }
  }

  #heard(worker: Worker, answer: FitAnswer): void {
    if (this.#worker !== worker) return
    if ('ready' in answer) {
      this.#ready = true
      this.#failedStarts = 0
    } else {
      this.#settle('error' in answer ? new Error(answer.error) : answer.durationMs)
    }
  }

  #fitOnThread(worker: Worker, order: FitOrder): Promise<number> {
    const { watchdogMs = WATCHDOG_MS } = this.#options
    return new Promise((resolve, reject) => {
      const watchdog = setTimeout(() => {
        const error = new Error(`the trainer's thread did not answer within ${watchdogMs} ms`)
        this.#tell('hang', error)
        void this.#stop(error)
      }, watchdogMs)
      unrefTimer(watchdog)
      this.#inFlight = { resolve, reject, watchdog }
      worker.ref()
      worker.postMessage(order)
    })
  }

  async #fitInline(order: FitOrder): Promise<number> {
    const startedMs = performance.now()
    const { wasm } = this.#arena
    for (const _ of fitInTurns(wasm, order, TREES_A_TURN)) {
      await nextTurn()
      if (this.#closed) throw new Error('the trainer is closed')
    }
    wasm.summarize(order.base, order.slot)
    return performance.now() - startedMs
  }

  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = null
    if (this.#closed) return
    const outOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    // A thread that fails before it is ready, several times in a row, would do so for ever.
    if (!this.#ready && ++this.#failedStarts >= MAX_FAILED_STARTS) this.#kind = 'inline'
    this.#tell(outOfMemory ? 'memory' : this.#ready ? 'crash' : 'start', error)
    this.#settle(error)
  }

  #tell(kind: TrainerFaultKind, error: Error): void {
    this.#options.onFault?.({ kind, error, next: this.#kind })
  }

  async #stop(error: Error): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    this.#settle(error)
    if (worker !== null) this.#dismiss(worker)
    await this.#leaving
  }

  #dismiss(worker: Worker): void {
    this.#leaving = worker.terminate().then(() => {
      this.#leaving = null
    })
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
