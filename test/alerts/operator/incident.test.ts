import { beforeEach, describe, expect, test } from 'vitest'
import type { Incident } from '#sentinel/alerts/incidents/incident.js'
import { Operator } from '#sentinel/alerts/operator/operator.js'
import type { IncidentNotes } from '#sentinel/alerts/operator/operator-parts.js'
import { clock, EXPECTED, startAfresh, taught } from './subject.js'

beforeEach(startAfresh)

describe('feedback on an incident', () => {
  const INCIDENT: Incident = {
    id: 'i-1',
    status: 'open',
    kind: 'spike',
    route: '/analyze',
    feature: 'latency',
    unit: 'ms',
    direction: 'high',
    opened: '2026-01-01T00:00:00.000Z',
    last_seen: '2026-01-01T00:00:00.000Z',
    closed: null,
    records: 40,
    usual: 1000,
    seen: 9000,
    peak_score: 0.9,
    peak_p: 1e-6,
    action: 'freeze',
    summary: 'slow',
    anomalies: [],
    feedback: null,
  }

  async function operatorOf(incident: Incident) {
    const { detector, anomalies } = await taught()
    const notes: unknown[] = []
    const incidents: IncidentNotes = {
      get: (id) => (id === incident.id ? incident : undefined),
      note: (id, { verdict }) => notes.push([id, verdict]),
    }
    const quiet = { info() {}, warn() {} }
    const operator = new Operator({ detector, anomalies, incidents, log: quiet, clock: () => clock.nowMs })
    return { operator, notes, anomalies }
  }

  test('mutes what led in it, and is kept on it and on its examples', async () => {
    const { operator, notes, anomalies } = await operatorOf(INCIDENT)
    const [example] = anomalies.list({ limit: 1 })
    const id = example?.id as string
    const { mute } = (await operatorOf({ ...INCIDENT, anomalies: [id] })).operator.onIncident('i-1', EXPECTED)
    expect(mute).toMatchObject({ route: '/analyze', feature: 'latency', limit: 13_000, source: 'i-1' })
    operator.onIncident('i-1', { verdict: 'threat' })
    expect(notes).toEqual([['i-1', 'threat']])
    expect(() => operator.onIncident('i-2', EXPECTED)).toThrow('no incident has this id')
  })

  test('over all traffic holds on every route', async () => {
    const { operator } = await operatorOf({ ...INCIDENT, route: null })
    expect(operator.onIncident('i-1', EXPECTED).mute).toMatchObject({ route: null })
  })

  test('without a feature keeps the word and mutes nothing', async () => {
    const silence = { ...INCIDENT, kind: 'silence', feature: null, direction: null } as const
    const { operator, notes } = await operatorOf(silence)
    const { mute, warning } = operator.onIncident('i-1', EXPECTED)
    expect(mute).toBeNull()
    expect(warning).toContain('no feature stands out')
    expect(notes).toEqual([['i-1', 'expected']])
  })
})
