import type { AnswerOf, Message, Order } from './orders.js'

interface Waiting {
  readonly resolve: (answer: AnswerOf[keyof AnswerOf]) => void
  readonly reject: (error: Error) => void
  readonly onProgress: ((treesGrown: number, nTrees: number) => void) | undefined
}

/** The page's end of the worker: an order in, a promise of its answer out. */
export class Fitter {
  readonly #worker = new Worker(new URL('./fit-worker.ts', import.meta.url), { type: 'module' })
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Message>) => this.#take(data))
    this.#worker.addEventListener('error', ({ message }) => {
      const error = new Error(`The worker stopped: ${message || 'it could not be loaded'}.`)
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    })
  }

  ask<O extends Order>(order: O, onProgress?: Waiting['onProgress']): Promise<AnswerOf[O['kind']]> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, onProgress })
      this.#worker.postMessage({ id, order })
    })
  }

  #take(message: Message): void {
    const waiting = this.#waiting.get(message.id)
    if (waiting === undefined) return
    if ('treesGrown' in message) {
      waiting.onProgress?.(message.treesGrown, message.nTrees)
      return
    }
    this.#waiting.delete(message.id)
    if ('error' in message) waiting.reject(new Error(message.error))
    else waiting.resolve(message.answer)
  }
}
