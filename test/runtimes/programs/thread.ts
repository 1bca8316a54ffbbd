// A worker thread of Node that runs the suite, and the program that starts it.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import * as library from 'codeflow-sentinel/forest'
import { runConformance } from '../conformance.js'

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url))
  worker.on('message', (report) => console.log(JSON.stringify(report)))
} else {
  parentPort?.postMessage(await runConformance(library))
}
