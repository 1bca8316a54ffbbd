// Shows a running service at work: it learns, judges ordinary records, meets an attack and explains it.
//
//   npm start          in one terminal
//   npm run demo       in another
//
// SENTINEL_URL names another service, SENTINEL_API_TOKEN its token. Nothing is stored here; the service learns what it
// is sent, so use one that watches nothing else.
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { oddest, shareAlerted, showIncidents, showKinds, showOddest } from './demo/findings.js'
import { DemoError, ServiceClient } from './demo/service-client.js'
import { ATTACKS, attacked } from './recipes.js'
import { codeRunnerTraffic, type RoutedRecord } from './traffic.js'

const LEARNT = 1000
const JUDGED = 300
const ATTACKS_OF_A_KIND = 10
/** The parts of the demo end in time, however slow the answers: a language model may take seconds for each. */
const LEARNING_MS = 6000
const JUDGING_MS = 2500
/** Enough for a forest. */
const LEAST_LEARNT = 100
const SEED = 42

const ordinary = codeRunnerTraffic(LEARNT + JUDGED + ATTACKS_OF_A_KIND * ATTACKS.length, SEED)

async function show(service: ServiceClient): Promise<void> {
  const before = await service.health()
  const known =
    before.history_size === 0
      ? 'It has not learnt anything yet.'
      : `It has learnt from other records before (${count(before.history_size)} are in its baseline), so the figures will differ from those of a fresh one.`
  say(`The service at ${service.url} answers, version ${before.version}. ${known}`)

  say(`\n1. Learning: ordinary requests to /run, /lint and /format of a service that runs code.`)
  const learning = await service.analyzeAll(reported(ordinary.slice(0, LEARNT)), LEARNING_MS, LEAST_LEARNT)
  const { history_size } = await service.trained()
  say(`   ${count(learning.length)} records sent, ${count(history_size)} are learnt, the forest is trained.`)

  say(`\n2. Ordinary requests again, never seen before.`)
  const judged = await service.analyzeAll(reported(ordinary.slice(LEARNT, LEARNT + JUDGED)), JUDGING_MS)
  say(`   ${shareAlerted(judged)} were alerted.`)

  say(`\n3. An attack: a burst of three kinds.`)
  const burst = ordinary.slice(LEARNT + JUDGED).map(underAttack)
  const answers = await service.analyzeAll(reported(burst), JUDGING_MS)
  say(
    showKinds(ATTACKS.map(({ name }, kind) => [name, answers.filter((_, i) => i % ATTACKS.length === kind)])),
  )

  const found = oddest(answers)
  if (found === undefined)
    throw new DemoError('None of the attacks was an alert: there is nothing to explain.')

  say(`\n4. What is it all? The incidents that are open (GET /incidents?open=true).`)
  say(showIncidents(await service.openIncidents()))

  say(`\n5. Why? The oddest of them, explained (POST /analyze-flow?detail=true).`)
  say(showOddest(found))
}

/** The kinds take turns. */
function underAttack(record: RoutedRecord, i: number): RoutedRecord {
  return attacked(record, ATTACKS[i % ATTACKS.length] as (typeof ATTACKS)[number])
}

/** As a service would report them. */
function reported(records: readonly RoutedRecord[]): Telemetry[] {
  return records.map(({ latency, input_length, errors, route }) => ({
    latency: Math.round(10 * latency) / 10,
    input_length,
    errors,
    route,
  }))
}

function count(n: number): string {
  return n.toLocaleString('en')
}

function say(text: string): void {
  console.log(text)
}

try {
  await show(ServiceClient.fromEnvironment(process.env))
} catch (error) {
  if (!(error instanceof DemoError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
