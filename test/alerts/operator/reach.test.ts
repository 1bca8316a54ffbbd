import { beforeEach, describe, expect, test } from 'vitest'
import type { Sentinel } from '#sentinel/sentinel.js'
import { encodeState } from '#sentinel/state/codec.js'
import { EXPECTED, idOf, restarted, SLOW, startAfresh, THREAT, taught } from './subject.js'

beforeEach(startAfresh)

describe('a word that reaches far', () => {
  /** A fifth of all traffic is slow on one route. */
  async function flooded(): Promise<{ sentinel: Sentinel; id: string }> {
    const sentinel = await taught()
    for (let i = 0; i < 150; i++) sentinel.judge({ ...SLOW, latency: 9000 + i })
    return { sentinel, id: idOf(sentinel, SLOW) }
  }

  test.each([
    [EXPECTED, 'alerted and would have been muted'],
    [THREAT, 'would not have been learnt'],
  ])('has to be confirmed, and says how far: %o', async (word, what) => {
    const { sentinel, id } = await flooded()
    const before = encodeState(sentinel.snapshot())
    const said = new RegExp(`^2[01]% of the last 751 records, \\d+% of those on its route, ${what}`)
    expect(() => sentinel.operator.onAnomaly(id, word)).toThrow(said)
    expect(() => sentinel.operator.onAnomaly(id, word)).toThrow(
      'send "confirm": true with it if that is meant',
    )
    expect(encodeState(sentinel.snapshot())).toEqual(before)
    const answer = sentinel.operator.onAnomaly(id, { ...word, confirm: true })
    expect(answer.warning).toMatch(said)
    const { records, matching, of_all } = answer.reach as NonNullable<typeof answer.reach>
    // The flood, its first record, and three of before that were far out, too.
    expect([151, 154]).toContain(matching)
    expect([records, of_all]).toEqual([751, matching / 751])
  })

  test('on one route only has to be confirmed, too', async () => {
    const sentinel = await taught(1500)
    const rare = { ...SLOW, errors: 4000, route: '/rare' }
    for (let i = 0; i < 4; i++) sentinel.judge(rare)
    const answer = () => sentinel.operator.onAnomaly(idOf(sentinel, rare), EXPECTED)
    expect(answer).toThrow(/^0.33% of the last 1505 records, 100% of those on its route,/)
  })

  test('a single finding needs no confirmation and comes with no warning', async () => {
    const sentinel = await taught()
    const { warning, reach } = sentinel.operator.onAnomaly(idOf(sentinel, SLOW), EXPECTED)
    expect(warning).toBeNull()
    // Itself, and three of before that were nearly as far out.
    expect(reach).toMatchObject({ records: 601, matching: 4 })
  })

  test('cannot be told soon after the start, and says so', async () => {
    const sentinel = await restarted(await taught())
    const { warning } = sentinel.operator.onAnomaly(idOf(sentinel, SLOW), EXPECTED)
    expect(warning).toBe('how much it concerns cannot be told: only 1 records have come since the start')
  })
})
