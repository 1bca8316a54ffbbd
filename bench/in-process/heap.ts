// Prints the bytes of heap that an ordinary record takes, after as many as the first argument says, of as many as the
// second one says: run with --expose-gc and a young generation that holds them all.
import { Sentinel } from '#sentinel/sentinel.js'
import { codeRunnerTraffic, type RoutedRecord } from '../../made-up/traffic.js'

const [LEARNT = 0, MEASURED = 0] = process.argv.slice(2).map(Number)

const records = codeRunnerTraffic(LEARNT + MEASURED, 7)
const sentinel = await Sentinel.create()
for (const [i, record] of records.slice(0, LEARNT).entries()) {
  sentinel.judge(record)
  // Not as often as a fit is due: each wait is a tenth of a second.
  if (i % 500 === 499) await sentinel.detector.settled()
}
const measured = records.slice(LEARNT)
globalThis.gc?.()
const before = process.memoryUsage().heapUsed
// Not by an iterator, which would count as the record's.
for (let i = 0; i < measured.length; i++) sentinel.judge(measured[i] as RoutedRecord)
console.log((process.memoryUsage().heapUsed - before) / measured.length)
await sentinel.close()
