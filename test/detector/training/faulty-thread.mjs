// A trainer's thread that serves `globalThis.serves` orders as it should and fails in the middle of the next as
// `globalThis.fault` says.

import { parentPort, workerData } from 'node:worker_threads'
import { fitSlot } from '#sentinel/forest/fit.js'
import { instantiateWasm } from '#sentinel/forest/wasm.js'

const { fault } = globalThis
let { serves } = globalThis
if (fault === 'start') throw new Error('no thread today')

const { module, memory } = workerData
const { exports: wasm } = await instantiateWasm({ wasm: module, memory })

parentPort.on('message', (order) => {
  if (serves-- > 0) {
    fitSlot(wasm, order)
    wasm.summarize(order.base, order.slot)
    parentPort.postMessage({ durationMs: 1 })
    return
  }
  wasm.beginFit(order.base, order.slot, order.nRows)
  wasm.growTrees(order.base, order.slot, order.seed, 0, order.nTrees >> 1)
  if (fault === 'crash') process.exit(7)
  if (fault === 'throw') throw new Error('a bug in the thread')
  if (fault === 'hang') for (;;);
  if (fault === 'memory') {
    const hoard = []
    for (;;) hoard.push(new Array(1e5).fill(hoard.length))
  }
})
parentPort.postMessage({ ready: true })
