import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import { DerivedValues } from '#sentinel/telemetry/derived/derived-values.js'
import type { Outcome, Part } from './goal.js'
import { table } from './table.js'

/** A derived value may cost a record so much. */
const MOST_US = 0.3
const KEYS = 1000

const EXPRESSIONS = [
  'length(/message)',
  'entropy(/message)',
  'ratio(/out, /in)',
  'one_of(/tier, [free, pro, team])',
  'hour_of_day',
  'count(route, 10s)',
  'rate(where status>=400, key, 60s)',
  'since_last(route)',
  'delta(/out)',
]

/** What does each derived value cost a record in time of a core, looked at and kept, over a thousand keys? */
export const benchmarkDerivedCost: Part = async ({ quick, progress }): Promise<Outcome> => {
  const rounds = quick ? 3 : 41
  // Records come out of JSON, and so do their texts.
  const made = Array.from({ length: 20_000 }, (_, i) => ({
    at: 1_767_225_600_000 + i * 20,
    route: `/r${'abcdefghij'[i % 10]}/${'klmnopqrst'[(i * 7) % 10]}`,
    user_id: `u${(i * 7919) % KEYS}`,
    status: i % 11 === 0 ? 500 : 200,
    message: `GET /items/${(i * 31) % 997} took ${(i * 17) % 101} ms`,
    tier: ['free', 'pro', 'team'][i % 3],
    in: 1 + (i % 50),
    out: (i * 13) % 700,
  }))
  const records = JSON.parse(JSON.stringify(made)) as typeof made
  const figures = EXPRESSIONS.map((from) => {
    progress(from)
    const telemetry = declaredTelemetry({ timestamp: '/at', features: [{ name: 'v', from }] })
    const derived = DerivedValues.areIn(telemetry) ? new DerivedValues(telemetry, true) : null
    const { features } = derived?.telemetry ?? telemetry
    const times: number[] = []
    let sink = 0
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage()
      for (const record of records) {
        derived?.look(record)
        for (const feature of features) sink += feature.extract(record)
        derived?.keep()
      }
      const { user, system } = process.cpuUsage(before)
      times.push((user + system) / records.length)
    }
    times.sort((a, b) => a - b)
    return { from, us: times[times.length >> 1] as number, memory: derived !== null, sink }
  })
  const worst = figures.reduce((most, one) => (one.us > most.us ? one : most))
  return {
    goals: [
      {
        question: `What does a derived value cost a record at most? (${worst.from})`,
        wanted: `at most ${MOST_US} µs`,
        measured: `${worst.us.toFixed(3)} µs`,
        met: worst.us <= MOST_US,
      },
    ],
    text: table(
      ['derived value', 'µs a record', 'remembers'],
      figures.map(({ from, us, memory }) => [from, us.toFixed(3), memory ? 'by key' : 'nothing']),
    ),
    figures: figures.map(({ from, us }) => ({ from, us })),
  }
}
