import { describe, expect, it } from 'vitest'
import { type AnomalyEvent, AnomalyLog } from '#sentinel/anomalies/anomaly-log.js'
import { idBound } from '#sentinel/text/time-id.js'
import { SLOW } from '../explain/verdicts.js'

function logged(log: AnomalyLog, count: number): string[] {
  return Array.from({ length: count }, (_, i) => log.add({ verdict: SLOW, reason: `r${i}` }).id)
}

describe('the anomaly log', () => {
  it('keeps the last ones, newest first', () => {
    const log = new AnomalyLog({ max: 3 })
    const ids = logged(log, 5)
    expect(log.size).toBe(3)
    expect(log.list().map(({ id }) => id)).toEqual(ids.slice(2).reverse())
    expect(log.get(ids[0] ?? '')).toBeUndefined()
    expect(log.get(ids[4] ?? '')?.reason).toBe('r4')
  })

  it('lists what came after an id, or from a time on', () => {
    const log = new AnomalyLog()
    const ids = logged(log, 4)
    expect(log.list({ since: ids[1] ?? '' }).map(({ id }) => id)).toEqual([ids[3], ids[2]])
    expect(log.list({ since: ids[0] ?? '', limit: 2 }).map(({ id }) => id)).toEqual([ids[3], ids[2]])
    expect(log.list({ since: ids[3] ?? '' })).toEqual([])
    expect(log.list({ since: idBound(0) })).toHaveLength(4)
    expect(log.list({ since: idBound(1e14) })).toEqual([])
  })

  it('puts the text of the model in place and keeps the reason of the rules', () => {
    const log = new AnomalyLog()
    const { id } = log.add({ verdict: SLOW, reason: 'rules' })
    expect(log.get(id)?.explanation).toEqual({ source: 'rules', text: 'rules', model: null, ms: null })
    expect(log.attachAssessment(id, { text: 'rules. words', model: 'm', ms: 12 })).toBe(true)
    expect(log.get(id)?.explanation).toEqual({ source: 'llm', text: 'rules. words', model: 'm', ms: 12 })
    expect(log.get(id)?.reason).toBe('rules')
  })

  it('does not mind a text that comes after its anomaly has gone', () => {
    const log = new AnomalyLog({ max: 1 })
    const [first] = logged(log, 2)
    expect(log.attachAssessment(first ?? '', { text: 't', model: 'm', ms: 1 })).toBe(false)
    expect(log.size).toBe(1)
  })

  it('tells listeners until they leave', () => {
    const log = new AnomalyLog()
    const events: AnomalyEvent['kind'][] = []
    const leave = log.subscribe(({ kind }) => events.push(kind))
    const { id } = log.add({ verdict: SLOW, reason: 'r' })
    log.attachAssessment(id, { text: 't', model: 'm', ms: 1 })
    leave()
    logged(log, 1)
    expect(events).toEqual(['logged', 'explained'])
  })

  it('keeps the route as one short visible line and no user', () => {
    const log = new AnomalyLog()
    const anomaly = log.add({ verdict: SLOW, reason: 'r', route: `/a\n\u202eb${'x'.repeat(5000)}` })
    expect(anomaly.route).toMatch(/^\/a bx+…$/)
    expect(anomaly.route?.length).toBe(256)
    expect(JSON.stringify(anomaly)).not.toContain('user')
  })

  it('refuses to hold nothing', () => {
    expect(() => new AnomalyLog({ max: 0 })).toThrow(RangeError)
  })
})
