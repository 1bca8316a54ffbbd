import type { OnProgress } from './progress.js'
import { type Table, TableError } from './table.js'

/** What the worker that reads says: how far it is, and in the end the table, or why there is none. */
export type ReadMessage = { readonly share: number } | { readonly table: Table } | { readonly error: string }

/** Reads files in a worker of its own; another file ends the one that is being read. */
export class Reader {
  #worker: Worker | null = null

  /**
   * @returns the table; never, where another file was given meanwhile
   * @throws TableError when nothing can be used
   */
  read(file: File, onProgress: OnProgress): Promise<Table> {
    this.#worker?.terminate()
    const worker = new Worker(new URL('./read-worker.ts', import.meta.url), { type: 'module' })
    this.#worker = worker
    return new Promise((resolve, reject) => {
      const end = (): void => {
        worker.terminate()
        if (this.#worker === worker) this.#worker = null
      }
      worker.addEventListener('message', ({ data }: MessageEvent<ReadMessage>) => {
        if ('share' in data) return onProgress(data.share)
        end()
        if ('table' in data) resolve(data.table)
        else reject(new TableError(data.error))
      })
      worker.addEventListener('error', ({ message }) => {
        end()
        reject(new TableError(`The reader stopped: ${message || 'it could not be loaded'}.`))
      })
      worker.postMessage(file)
    })
  }
}
