// What does a record cost in the guarded, route-aware detector, and what in the plain window? Both in one process,
// turn by turn, with fits on their thread as in service; then memory under a million different routes.
//
//   npm run build && node --expose-gc --import tsx bench/detector-cost.ts

import type { Detector } from '#sentinel/detector/detector.js'
import { madeUpTraffic } from '../made-up/traffic.js'
import { taught } from '../made-up/trial/replay.js'

const ROUNDS = 21
const records = madeUpTraffic(20_000)
let sink = 0

const [plain, guarded] = await Promise.all([teach('window'), teach('guarded')])
const plainUs: number[] = []
const guardedUs: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  plainUs.push(await microsecondsARecord(plain))
  guardedUs.push(await microsecondsARecord(guarded))
}
const ratios = plainUs.map((us, i) => (guardedUs[i] as number) / us)
console.log(`node ${process.version}, medians of ${ROUNDS} rounds of ${records.length} records`)
console.log(
  `plain window ${middle(plainUs)} µs a record, guarded ${middle(guardedUs)} µs, ratio ${middle(ratios)}`,
)

const before = heapMb()
const startedMs = performance.now()
for (let i = 0; i < 1_000_000; i++) {
  const route = `/${i.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] as string)}`
  sink += guarded.analyze({ ...(records[i % records.length] as (typeof records)[0]), route }).score
  if (i % 10_000 === 0) await new Promise((resolve) => setImmediate(resolve))
}
const seconds = (performance.now() - startedMs) / 1000
console.log(
  `a million routes: ${seconds.toFixed(1)} s, heap and buffers ${before} MB before, ${heapMb()} MB after`,
  sink > 0 ? '' : '!',
)
await plain.close()
await guarded.close()

function teach(baseline: 'guarded' | 'window'): Promise<Detector> {
  return taught(records.slice(0, 3000), { trainDuty: 0.1, baseline })
}

async function microsecondsARecord(detector: Detector): Promise<number> {
  await detector.settled()
  const from = performance.now()
  for (const record of records) sink += detector.analyze(record).score
  return ((performance.now() - from) * 1000) / records.length
}

function middle(values: number[]): string {
  return (values.sort((a, b) => a - b)[values.length >> 1] as number).toFixed(2)
}

function heapMb(): string {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return ((heapUsed + arrayBuffers) / 1e6).toFixed(1)
}
