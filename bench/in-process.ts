// What does a verdict cost without HTTP, and what does an adapter cost a service? Side by side in one run.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Goal, Order, Outcome } from './goal.js'
import { type Adapted, raceServices } from './in-process/services.js'
import { type Verdicts, verdictCosts } from './in-process/verdicts.js'
import { ratios, showRatio, showSpread, spread } from './spread.js'
import { table, times } from './table.js'

const LIBRARY = fileURLToPath(new URL('../lib/sentinel.js', import.meta.url))
const FIRST_VERDICT = `
const from = performance.now()
const { Sentinel } = await import(${JSON.stringify(LIBRARY)})
const sentinel = await Sentinel.create()
sentinel.judge({ latency: 1, input_length: 1, errors: 0 })
console.log(performance.now() - from)
process.exit()`

export async function benchmarkInProcess({ quick, progress }: Order): Promise<Outcome> {
  progress('from import to the first verdict')
  const first = Array.from({ length: quick ? 1 : 15 }, firstVerdictMs)
  progress('a verdict')
  const verdicts = await verdictCosts(quick)
  const services = await raceServices(quick, progress)
  const goals = [...verdictGoals(verdicts), firstGoal(first), ...services.flatMap(serviceGoals)]
  return { goals, text: show(verdicts, services), figures: { first, verdicts, services } }
}

function firstVerdictMs(): number {
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', FIRST_VERDICT])
  return Number(stdout)
}

function verdictGoals({ judgeUs, detectorUs, scoreUs, bytesARecord }: Verdicts): Goal[] {
  const ofDetector = ratios(judgeUs, detectorUs)
  const ofScore = ratios(judgeUs, scoreUs)
  const bytes = spread(bytesARecord)
  return [
    goal('judge, of the detector alone', showRatio(ofDetector), 'at most 1.5x', ofDetector.median <= 1.5),
    goal('judge, of a bare score', showRatio(ofScore), 'at most 4x', ofScore.median <= 4),
    goal('heap for an ordinary record', showSpread(bytes, 'bytes'), 'at most 200 bytes', bytes.median <= 200),
  ]
}

function firstGoal(ms: readonly number[]): Goal {
  const first = spread(ms)
  return goal('import to first verdict', showSpread(first, 'ms'), 'under 60 ms', first.median < 60)
}

function serviceGoals({ name, least, throughput, p99Ms, bareThroughput, bareP99Ms }: Adapted): Goal[] {
  const kept = ratios(throughput, bareThroughput)
  const late = ratios(p99Ms, bareP99Ms)
  return [
    goal(`${name}: throughput kept`, showRatio(kept), `at least ${times(least)}`, kept.median >= least),
    goal(`${name}: p99 of that without`, showRatio(late), 'at most 1.15x', late.median <= 1.15),
  ]
}

function goal(question: string, measured: string, wanted: string, met: boolean): Goal {
  return { question, measured, wanted, met }
}

function show({ judgeUs, detectorUs, scoreUs }: Verdicts, services: readonly Adapted[]): string {
  const us = (samples: readonly number[]) => showSpread(spread(samples), 'µs', 2)
  const verdicts = table(
    ['a record', 'cost'],
    [
      ['judge, learning on', us(judgeUs)],
      ['detector alone', us(detectorUs)],
      ['bare score', us(scoreUs)],
    ],
  )
  const rows = services.map(({ name, throughput, bareThroughput, p99Ms, bareP99Ms }) => [
    name,
    showSpread(spread(throughput), '/s'),
    showSpread(spread(bareThroughput), '/s'),
    showSpread(spread(p99Ms), 'ms', 1),
    showSpread(spread(bareP99Ms), 'ms', 1),
  ])
  return `${verdicts}\n\n${table(['service', 'requests', 'without', 'p99', 'without'], rows)}`
}
