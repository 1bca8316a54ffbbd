import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { IncidentLog } from '#sentinel/alerts/incidents/incident-log.js'
import { facts, incidentLog } from '../incidents.js'

/** What callers may do, in any order; `which` picks one of the incidents that were ever opened. */
const step = fc.oneof(
  fc.record({ act: fc.constant('open' as const), route: fc.constantFrom('/a', '/b', null) }),
  fc.record({
    act: fc.constantFrom('update' as const, 'close' as const),
    which: fc.nat(30),
    records: fc.nat(5_000),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const run = fc.record({
  max: fc.integer({ min: 1, max: 6 }),
  steps: fc.array(fc.record({ step, waitMs: fc.integer({ min: -50, max: 2_000 }) }), { maxLength: 60 }),
})

/** Takes the steps on a clock that may go back; `after` is called behind each. */
function take(
  { max, steps }: { max: number; steps: readonly { step: Step; waitMs: number }[] },
  after: (log: IncidentLog, step: Step) => void = () => undefined,
): IncidentLog {
  const log = incidentLog(max)
  const ids: string[] = []
  let nowMs = 1_000_000
  for (const { step, waitMs } of steps) {
    nowMs += waitMs
    if (step.act === 'open') ids.push(log.open(facts({ route: step.route }), nowMs).id)
    else if (step.act === 'update') log.update(ids[step.which] ?? '', { records: step.records }, nowMs)
    else log.close(ids[step.which] ?? '', {}, nowMs)
    after(log, step)
  }
  return log
}

test('is bounded, newest first, and counts what is open', () => {
  fc.assert(
    fc.property(run, (steps) => {
      take(steps, (log) => {
        const list = log.list()
        expect(list.length).toBe(log.size)
        expect(log.size).toBeLessThanOrEqual(steps.max)
        const ids = list.map(({ id }) => id)
        expect(ids).toEqual(ids.toSorted().reverse())
        expect(log.list({ open: true }).length).toBe(log.openCount)
      })
    }),
  )
})

test('an open incident leaves only where every other one is open, too', () => {
  fc.assert(
    fc.property(run, (steps) => {
      let before: { open: Set<string>; closed: number } = { open: new Set(), closed: 0 }
      take(steps, (log, { act }) => {
        const kept = new Set(log.list().map(({ id }) => id))
        if (act === 'open' && before.closed > 0) {
          for (const id of before.open) expect(kept).toContain(id)
        }
        const open = log.list({ open: true }).map(({ id }) => id)
        before = { open: new Set(open), closed: kept.size - open.length }
      })
    }),
  )
})

test('pages add up to the list', () => {
  fc.assert(
    fc.property(run, fc.integer({ min: 1, max: 4 }), (steps, limit) => {
      const log = take(steps)
      const paged = []
      let before: string | undefined
      for (;;) {
        const page = log.list({ before, limit })
        if (page.length === 0) break
        paged.push(...page)
        before = page.at(-1)?.id
      }
      expect(paged).toEqual(log.list())
    }),
  )
})

test('every event has a later id than the one before, and the last ones can be had again', () => {
  fc.assert(
    fc.property(run, (steps) => {
      const told: { id: string; incident: { id: string } }[] = []
      let subscribed = false
      const log = take(steps, (each) => {
        if (!subscribed) each.subscribe((event) => told.push(event))
        subscribed = true
      })
      const ids = told.map(({ id }) => id)
      expect(ids).toEqual([...new Set(ids)].toSorted())
      const last = new Map(told.map(({ id, incident }) => [incident.id, id]))
      const again = log.eventsSince('').map(({ id }) => id)
      expect(again).toEqual(again.toSorted())
      for (const { id, incident } of log.eventsSince('')) {
        if (last.has(incident.id)) expect(id).toBe(last.get(incident.id))
      }
    }),
  )
})

test('restoring what was captured gives the same log, also through JSON', () => {
  fc.assert(
    fc.property(run, (steps) => {
      const log = take(steps)
      const captured = log.capture()
      const restored = incidentLog(steps.max)
      restored.restore(JSON.parse(JSON.stringify(captured)))
      expect(restored.capture()).toEqual(captured)
      expect(restored.list()).toEqual(log.list())
      expect(restored.eventsSince('')).toEqual(log.eventsSince(''))
      expect(restored.openCount).toBe(log.openCount)
      const next = (each: IncidentLog) => each.open(facts(), 0)
      expect(next(restored).id > captured.reduce((a, { id }) => (id > a ? id : a), '')).toBe(true)
    }),
  )
})
