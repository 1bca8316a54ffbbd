// Judges records of as many entities in turn as the argument says, and prints what that takes: resident memory in MiB and
// the time of a core that a record of a batch takes in µs, as JSON. A process of its own, so that nothing else is measured.
import process from 'node:process'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { Detectors } from '#sentinel/detectors/detectors.js'
import { BatchItems } from '#sentinel/http/batch/batch-items.js'
import { judgeBatch } from '#sentinel/http/batch/judge-batch.js'
import { judging } from '#sentinel/http/batch/judge-item.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import { tuneHeap } from '#sentinel/v8/heap.js'

const [n, rounds] = process.argv.slice(2).map(Number)
const TAUGHT = 1500
const ROUTES = 5
const AT_ONCE = 100_000
const TURN = 100

tuneHeap()
const telemetry = declaredTelemetry({ entity: '/tenant' })
const detectors = await Detectors.create({
  // Fitted once, on a full window: what is timed is judging and learning.
  detectors: [
    { name: 'default', detector: { telemetry, minSamples: 1000, retrainEvery: 1e9 }, entities: 64 },
  ],
  listener: {},
})
const detector = detectors.default

let state = 1
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
const records = Array.from({ length: AT_ONCE }, (_, i) => ({
  tenant: `tenant-${i % n}`,
  route: `/route${'abcde'[Math.floor(i / n) % ROUTES]}`,
  latency: 20 + 60 * random(),
  input_length: Math.floor(100 + 900 * random()),
  errors: random() < 0.01 ? 1 : 0,
}))

for (let i = 0; i < TAUGHT * n; i++) {
  detector.judge(records[i % AT_ONCE])
  // As in a service, where requests come one by one: its timers hold the heap small.
  if (i % TURN === 0) await turn()
}
const settled = () => Promise.all(detector.sentinels.map((sentinel) => sentinel.detector.settled()))
await settled()
await sleep(1000)
const rssMiB = process.memoryUsage.rss() / 2 ** 20

const body = Buffer.from(records.map((record) => JSON.stringify(record)).join('\n'))
const turns = { isOver: false, next: turn }
const times = []
for (let round = 0; round < rounds; round++) {
  const before = process.cpuUsage()
  const batch = await BatchItems.find(body, false, JSON.parse)
  await judgeBatch(judging(detector), batch, turns, { ok() {}, threat() {}, rejected() {} })
  const { user, system } = process.cpuUsage(before)
  times.push((user + system) / AT_ONCE)
  await settled()
}
times.sort((a, b) => a - b)
const trained = detector.sentinels.filter((sentinel) => sentinel.detector.trained).length
process.stdout.write(JSON.stringify({ rssMiB, recordUs: times[times.length >> 1], trained }))
await detectors.close()
