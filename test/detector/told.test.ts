import { afterEach, describe, expect, test } from 'vitest'
import { Detector, type DetectorOptions, type Treatment } from '#sentinel/detector/detector.js'
import type { GuardedState } from '#sentinel/detector/guarded/guarded-baseline.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { SHIFTS, withBurst } from '../../made-up/recipes.js'
import { type Labelled, madeUpTraffic } from '../../made-up/traffic.js'
import { DEFAULTS } from '../../made-up/trial/replay.js'

const clean = madeUpTraffic(5000, 21)
const open: Detector[] = []

async function detectorOf(options: Partial<DetectorOptions> = {}): Promise<Detector> {
  const detector = await Detector.create({ ...DEFAULTS, ...options })
  open.push(detector)
  return detector
}

/** Each fit done before the next record; gives 1 for each record that was anomalous. */
async function feed(
  detector: Detector,
  records: readonly Telemetry[],
  treatment: Treatment = 'usual',
): Promise<number[]> {
  const flags: number[] = []
  for (const [i, record] of records.entries()) {
    flags.push(detector.rate(record).anomalous ? 1 : 0)
    detector.learn(treatment)
    if ((i + 1) % 50 === 0) await detector.settled()
  }
  await detector.settled()
  return flags
}

async function taught(n: number, options: Partial<DetectorOptions> = {}): Promise<Detector> {
  const detector = await detectorOf(options)
  await feed(detector, clean.slice(0, n))
  return detector
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const baselineOf = (detector: Detector) => detector.snapshot().baseline as unknown as GuardedState
const bytesOf = (detector: Detector) => encodeState(detector.snapshot())

/** Largest latency of a route in the baseline and in its profile. */
function longest(detector: Detector, route: string): { known: number; profile: number } {
  const { known, profiles } = baselineOf(detector)
  const latencies = known.routes.map((name, i) => (name === route ? (known.values[3 * i] as number) : 0))
  const profile = profiles.find(({ name }) => name === route)
  return {
    known: Math.max(0, ...latencies),
    profile: Math.max(0, ...(profile?.values ?? []).filter((_, i) => i % 3 === 0)),
  }
}

afterEach(async () => {
  for (const detector of open.splice(0)) await detector.close()
})

describe('what becomes of a record', () => {
  test('usual is what analyze does, bit for bit', async () => {
    const told = await taught(700)
    const plain = await detectorOf()
    for (const [i, record] of clean.slice(0, 700).entries()) {
      plain.analyze(record)
      if ((i + 1) % 50 === 0) await plain.settled()
    }
    expect(bytesOf(told)).toEqual(bytesOf(plain))
  })

  test.each(['guarded', 'window'] as const)(
    'never leaves all that was learnt as it is: %s',
    async (baseline) => {
      const detector = await taught(600, { baseline })
      const { verdicts: _, counts: __, ...learnt } = detector.snapshot()
      await feed(detector, clean.slice(600, 900), 'never')
      const { verdicts: ___, counts, ...after } = detector.snapshot()
      expect(encodeState(after)).toEqual(encodeState(learnt))
      expect(counts).toMatchObject({ records: 900 })
    },
  )

  test('expected records are learnt although they are odd and alike, usual ones like them are not', async () => {
    const odd = { latency: 9000, input_length: 60_000, errors: 6, route: clean[0]?.route ?? '' }
    const burst = withBurst(clean.slice(1000, 1700), { at: 0, count: 300, share: 0.4 })
    const flagged = async (treatment: Treatment) => {
      const detector = await taught(1000)
      for (const [i, record] of burst.entries()) {
        detector.rate(record)
        detector.learn(record.label === 1 ? treatment : 'usual')
        if ((i + 1) % 50 === 0) await detector.settled()
      }
      return detector.rate(odd).anomalous
    }
    expect(await flagged('usual')).toBe(true)
    expect(await flagged('expected')).toBe(false)
  })

  test('a record is learnt once, however often that is said', async () => {
    const [once, twice] = [await taught(600), await taught(600)]
    const record = clean[600] as Telemetry
    for (const detector of [once, twice]) detector.analyze(record)
    twice.learn('usual')
    expect(bytesOf(twice)).toEqual(bytesOf(once))
  })
})

test('while learning is paused records are judged and counted, and nothing is learnt or fitted', async () => {
  const detector = await taught(600)
  const { verdicts: _, counts: __, ...learnt } = detector.snapshot()
  detector.pauseLearning()
  const flags = await feed(detector, clean.slice(600, 900))
  expect(mean(flags)).toBeGreaterThan(0)
  const { verdicts: ___, counts, ...after } = detector.snapshot()
  expect(encodeState(after)).toEqual(encodeState(learnt))
  expect(counts).toMatchObject({ records: 900 })
  detector.resumeLearning()
  const { generation } = detector
  await feed(detector, clean.slice(900, 1000))
  expect(detector.generation).toBeGreaterThan(generation)
})

describe('forgetting', () => {
  test('takes matching records out of baseline and profile, and the next forest knows them no more', async () => {
    const detector = await taught(600)
    const route = clean[0]?.route as string
    const slow = { latency: 4000, input_length: 900, errors: 0, route }
    await feed(
      detector,
      Array.from({ length: 200 }, (_, i) => ({ ...slow, latency: 4000 + i })),
      'expected',
    )
    expect(detector.rate(slow).anomalous).toBe(false)
    expect(longest(detector, route)).toMatchObject({ known: 4199, profile: 4199 })
    const { generation } = detector
    const gone = detector.forget((name, { 0: latency = 0 }) => name === route && latency >= 4000)
    expect(gone.baseline).toBeGreaterThan(150)
    expect(gone.profiles).toBeGreaterThan(100)
    await detector.settled()
    expect(detector.generation).toBe(generation + 1)
    const { known, profile } = longest(detector, route)
    expect(Math.max(known, profile)).toBeLessThan(4000)
    expect(detector.rate(slow).anomalous).toBe(true)
  })

  test('takes the odd ones that were kept aside, too, and leaves the others in their order', async () => {
    const detector = await taught(3000)
    const before = baselineOf(detector).odd
    const route = before.routes[0] as string
    const { setAside } = detector.forget((name) => name === route)
    const after = baselineOf(detector).odd
    expect(setAside).toBe(before.routes.filter((name) => name === route).length)
    expect(after.routes).toEqual(before.routes.filter((name) => name !== route))
  })

  test('what matches nothing changes nothing and asks for no fit', async () => {
    const detector = await taught(600)
    const before = bytesOf(detector)
    expect(detector.forget(() => false)).toEqual({ baseline: 0, profiles: 0, setAside: 0 })
    await detector.settled()
    expect(bytesOf(detector)).toEqual(before)
  })

  test('with less left than a first fit needs, the rules decide until there is enough again', async () => {
    const detector = await taught(600, { rules: { latency: 5000 } })
    const kept = new Set(baselineOf(detector).known.values.slice(0, 60))
    detector.forget((_name, { 0: latency = 0 }) => !kept.has(latency))
    expect(detector).toMatchObject({ trained: false, historySize: 20, samplesNeeded: 30 })
    expect(detector.rate({ latency: 6000, input_length: 1, errors: 0 }).detector).toBe('heuristic')
    await feed(detector, clean.slice(600, 629))
    expect(detector).toMatchObject({ trained: false, samplesNeeded: 1 })
    await feed(detector, clean.slice(629, 630))
    expect(detector.trained).toBe(true)
  })

  test('a fit under way with what is forgotten is not taken over when too little is left', async () => {
    const detector = await taught(649)
    detector.analyze(clean[649] as Telemetry)
    detector.forget(() => true)
    await detector.settled()
    expect(detector.trained).toBe(false)
  })

  test('takes rows out of a plain window, which keeps no routes', async () => {
    const detector = await taught(600, { baseline: 'window', historyMax: 200 })
    const before = detector.snapshot().window as Float32Array
    const limit = 100
    const rows = Array.from({ length: 200 }, (_, i) => before.subarray(3 * i, 3 * i + 3))
    const left = rows.filter(([latency = 0]) => latency <= limit)
    const { baseline } = detector.forget((name, { 0: latency = 0 }) => name === '' && latency > limit)
    expect(baseline).toBe(200 - left.length)
    expect(detector.snapshot().window).toEqual(Float32Array.from(left.flatMap((row) => [...row])))
  })
})

describe('a reset', () => {
  test.each(['guarded', 'window'] as const)(
    'gives the verdicts of a fresh start, even with a fit under way: %s',
    async (baseline) => {
      const fresh = await detectorOf({ baseline })
      const used = await taught(649, { baseline })
      used.analyze(clean[649] as Telemetry)
      used.reset()
      await used.settled()
      expect(used).toMatchObject({ trained: false, historySize: 0, samplesNeeded: 50 })
      const records = madeUpTraffic(400, 5)
      await feed(fresh, records)
      await feed(used, records)
      const probe = madeUpTraffic(1, 9)[0] as Telemetry
      const { generation, ...expected } = fresh.rate(probe, { detail: true })
      const { generation: usedGeneration, ...verdict } = used.rate(probe, { detail: true })
      expect(verdict).toEqual(expected)
      // A number never stands for two forests.
      expect(usedGeneration).toBeGreaterThan(generation)
    },
  )

  test('of a route forgets that route alone', async () => {
    const detector = await taught(600)
    const route = clean[0]?.route as string
    const { routes } = baselineOf(detector).known
    const others = routes.filter((name) => name !== route)
    const gone = detector.reset(route)
    expect(gone?.baseline).toBe(routes.length - others.length)
    expect(baselineOf(detector).known.routes).toEqual(others)
    expect(baselineOf(detector).profiles.map(({ name }) => name)).not.toContain(route)
    await detector.settled()
    expect(detector.rate({ latency: 1, input_length: 1, errors: 0, route }, { detail: true }).scope).toBe(
      'baseline',
    )
  })
})

describe('an announced change', () => {
  const shiftOf = (shift: string) =>
    SHIFTS.find(({ name }) => name === shift)?.apply as (record: Labelled) => Labelled
  const after = clean.slice(2000, 4500)
  const route = '/upload'
  /** The route with the fewest records changes, the others do not. */
  const errorsOnRoute = after.map((record) =>
    record.route === route ? shiftOf('errors +3')(record) : record,
  )

  /** Changed records until no more than a fifth of the last 60 is flagged. */
  async function accepted(
    records: readonly Telemetry[],
    changed: (record: Telemetry) => boolean,
    announce?: (detector: Detector) => void,
  ): Promise<number> {
    const detector = await taught(2000)
    announce?.(detector)
    const flags = (await feed(detector, records)).filter((_, i) => changed(records[i] as Telemetry))
    let n = 60
    while (n < flags.length && mean(flags.slice(n - 60, n)) > 0.2) n += 1
    return n
  }

  test.each(['latency ×4', 'length ×5', 'errors +3'])(
    'of all routes is accepted in about a fifth of the time: %s',
    async (shift) => {
      const records = after.map(shiftOf(shift))
      const told = await accepted(
        records,
        () => true,
        (detector) => detector.changed(),
      )
      const untold = await accepted(records, () => true)
      expect((told - 60) / (untold - 60)).toBeLessThan(0.22)
    },
  )

  test('of one route is accepted on the records of that route, and of no other', async () => {
    const own = (record: Telemetry) => record.route === route
    const untold = await accepted(errorsOnRoute, own)
    const told = await accepted(errorsOnRoute, own, (detector) => detector.changed(route))
    expect((told - 60) / (untold - 60)).toBeLessThan(0.22)
    expect(await accepted(errorsOnRoute, own, (detector) => detector.changed('/other'))).toBe(untold)
  })

  test('lets no burst of identical attacks in', async () => {
    const detector = await taught(2000)
    detector.changed()
    const records = withBurst(clean.slice(2000, 4000), { at: 10, count: 1000, share: 0.5 })
    const flags = await feed(detector, records)
    expect(mean(flags.filter((_, i) => records[i]?.label === 1))).toBeGreaterThan(0.95)
  })

  test('is over after a window of records, and then takes its time again', async () => {
    const detector = await taught(2000)
    detector.changed()
    await feed(detector, clean.slice(2000, 2999))
    expect(baselineOf(detector).changes).toHaveLength(1)
    await feed(detector, clean.slice(2999, 3000))
    expect(baselineOf(detector).changes).toHaveLength(0)
  })

  test('outlives a restart: every verdict is the one that would have been', async () => {
    const detector = await taught(1500)
    detector.changed(route)
    detector.changed()
    await feed(detector, after.slice(0, 70).map(shiftOf('latency ×4')))
    const restarted = await detectorOf()
    restarted.restore(decodeState(encodeState(detector.snapshot())) as ReturnType<Detector['snapshot']>)
    const rest = after.slice(70, 400).map(shiftOf('latency ×4'))
    expect(await feed(restarted, rest)).toEqual(await feed(detector, rest))
    expect(bytesOf(restarted)).toEqual(bytesOf(detector))
  })
})

test('a given forest refuses to be told what to learn, and says why', async () => {
  const forest = await IsolationForest.create({ nFeatures: 3 })
  forest.fit(clean.slice(0, 300).map(({ latency, input_length, errors }) => [latency, input_length, errors]))
  const detector = await detectorOf({ forest: forest.toBytes() })
  const told = [
    () => detector.pauseLearning(),
    () => detector.resumeLearning(),
    () => detector.forget(() => true),
    () => detector.reset(),
    () => detector.reset('/a'),
    () => detector.changed(),
  ]
  for (const tell of told) expect(tell).toThrow('a given forest judges, and nothing is learnt')
  expect(detector.rate(clean[0] as Telemetry).detector).toBe('forest')
  detector.learn('never')
  expect(detector.historySize).toBe(0)
})

test('the plain window refuses what needs routes, and says why', async () => {
  const detector = await detectorOf({ baseline: 'window' })
  expect(() => detector.reset('/a')).toThrow('the plain window keeps no routes')
  expect(() => detector.changed()).toThrow('the plain window learns every record as it comes')
})
