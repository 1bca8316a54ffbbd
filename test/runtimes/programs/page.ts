// A page without a bundler. Its main thread runs the suite, then a worker of it does.
import type { ConformanceReport } from '../conformance.js'
import { runConformance } from '../conformance.js'

export interface PageReports {
  readonly isolated: boolean
  readonly page: ConformanceReport
  readonly worker: ConformanceReport
}

async function inWorker(): Promise<ConformanceReport> {
  const worker = new Worker(new URL('./web-worker.js', import.meta.url), { type: 'module' })
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
    })
  } finally {
    worker.terminate()
  }
}

async function inBoth(): Promise<PageReports> {
  const library = await import(new URL('./package/lib/forest/forest.js', import.meta.url).href)
  return { isolated: crossOriginIsolated, page: await runConformance(library), worker: await inWorker() }
}

Object.assign(globalThis, { reports: inBoth() })
