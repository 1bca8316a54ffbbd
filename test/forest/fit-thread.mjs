// Fits a forest from another thread: an instance of its own on the memory it is handed.
import { parentPort, workerData } from 'node:worker_threads'
import { fitSlot } from '#sentinel/forest/fit.js'

const { module, memory, order } = workerData
const { exports } = new WebAssembly.Instance(module, { env: { memory } })
fitSlot(exports, order)
parentPort.postMessage('fitted')
