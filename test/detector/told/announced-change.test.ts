import { describe, expect, test } from 'vitest'
import type { Detector } from '#sentinel/detector/detector.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { SHIFTS, withBurst } from '../../../made-up/recipes.js'
import type { Labelled } from '../../../made-up/traffic.js'
import { baselineOf, bytesOf, clean, detectorOf, feed, mean, taught } from './subject.js'

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
    const flags: number[] = []
    for (const record of records) {
      const [flag] = await feed(detector, [record])
      if (changed(record)) flags.push(flag as number)
      if (flags.length >= 60 && mean(flags.slice(-60)) <= 0.2) break
    }
    return flags.length
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
      expect((told - 60) / (untold - 60)).toBeLessThan(0.25)
    },
  )

  test('of one route is accepted on the records of that route, and of no other', async () => {
    const own = (record: Telemetry) => record.route === route
    const untold = await accepted(errorsOnRoute, own)
    const told = await accepted(errorsOnRoute, own, (detector) => detector.changed(route))
    expect((told - 60) / (untold - 60)).toBeLessThan(0.25)
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
