/**
 * npm run soak [-- --minutes 60] [-- --seed 1]
 *
 * A service under traffic, to which something happens every few seconds: it is killed or stopped, its clock is set, its
 * disk is full or fails, its language model hangs or lies, its trainer's thread dies. What must hold all the same is
 * checked after each, and more of it at the end. Ends with 1 where something did not.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { splitMix64 } from '../../test/forest/split-mix.js'
import { OllamaStandIn } from '../../test/ollama-stand-in.js'
import { FAULTS, type Soak } from './happenings.js'
import { Invariants } from './invariants.js'
import { CLOCK_CAN_BE_SET, SoakedService } from './soaked-service.js'
import { Traffic } from './traffic.js'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
})
const minutes = Number(values.minutes)
const random = splitMix64(Number(values.seed), 0)
const folder = await mkdtemp(join(tmpdir(), 'sentinel-soak-'))
const model = await OllamaStandIn.start()
// Below those that connections are given: a caller of a port that nobody listens at might be given that one, and then
// reach itself.
const port = 20_000 + (process.pid % 10_000)
const service = new SoakedService(port, folder, {
  SENTINEL_STATE_INTERVAL_MS: '1000',
  SENTINEL_EXPLAIN: 'background',
  SENTINEL_LLM_TIMEOUT_MS: '500',
  SENTINEL_MAX_DELAY_MS: '0',
  OLLAMA_HOST: model.url,
})
const invariants = new Invariants(service, join(folder, 'state', 'sentinel.state'))
const soak: Soak = { service, model, traffic: new Traffic(service.url), random, invariants }
const faults = FAULTS.filter(({ name }) => CLOCK_CAN_BE_SET || !name.startsWith('clock'))
if (!CLOCK_CAN_BE_SET) process.stdout.write('no libfaketime: the clock is not set\n')

const counts = new Map<string, number>()
const startedMs = performance.now()
let failed = false
try {
  await service.start()
  soak.traffic.begin()
  while (performance.now() - startedMs < 60_000 * minutes) {
    await sleep(1000 + random.below(4000))
    const fault = faults[random.below(faults.length)] as (typeof faults)[number]
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1)
    const minute = ((performance.now() - startedMs) / 60_000).toFixed(1)
    process.stdout.write(`${minute.padStart(5)} min: ${fault.name}\n`)
    service.checkAlive()
    await fault.happen(soak)
    invariants.checkRunning(soak.traffic.answers)
  }
  await invariants.checkEnd(soak)
} catch (error) {
  failed = true
  process.stdout.write(`${(error as Error).stack}\n`)
} finally {
  await soak.traffic.end()
  if (!service.fell) await service.stop('SIGKILL')
  await model.stop()
}
const { found } = invariants
for (const line of found) process.stdout.write(`does not hold: ${line}\n`)
const report = {
  ...{ minutes: Math.round((performance.now() - startedMs) / 6000) / 10, starts: service.starts },
  happened: Object.fromEntries(counts),
  answers: Object.fromEntries(soak.traffic.answers),
  ...invariants.figures,
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
if (found.length > 0 || failed) {
  process.stdout.write(`what it kept is in ${folder}\n`)
  process.exitCode = 1
} else await rm(folder, { recursive: true })
