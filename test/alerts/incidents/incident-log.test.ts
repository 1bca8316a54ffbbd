import { describe, expect, it } from 'vitest'
import type { IncidentEvent } from '#sentinel/alerts/incidents/incident-event.js'
import { IncidentLog } from '#sentinel/alerts/incidents/incident-log.js'
import { logIncident } from '#sentinel/alerts/incidents/log-incident.js'
import { AnomalyLog } from '#sentinel/anomalies/anomaly-log.js'
import { idBound, TimeIds } from '#sentinel/text/time-id.js'
import { SLOW } from '../../explain/verdicts.js'
import { facts, incidentLog, opened } from '../incidents.js'

const idsIn = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id)

describe('an incident', () => {
  it('opens with what is known of it', () => {
    const log = incidentLog()
    const incident = log.open(facts({ anomalies: ['19b76daa800-0000'] }), 1_000)
    expect(incident).toEqual({
      ...facts(),
      id: '000000003e8-0000',
      status: 'open',
      opened: '1970-01-01T00:00:01.000Z',
      last_seen: '1970-01-01T00:00:01.000Z',
      closed: null,
      anomalies: ['19b76daa800-0000'],
      feedback: null,
    })
    expect(log.get(incident.id)).toEqual(incident)
    expect(log.openCount).toBe(1)
  })

  it('is found by the route of a record, or is that of all; one of many new routes only where it is asked for', () => {
    const log = incidentLog()
    const newcomers = log.open(facts({ kind: 'newcomers', route: null }), 1_000).id
    expect(log.openOn('/run')).toBeNull()
    const ofAll = log.open(facts({ route: null }), 2_000).id
    const own = log.open(facts({ route: '/run' }), 3_000).id
    expect(log.openOn('/run')?.id).toBe(own)
    expect(log.openOn('/other')?.id).toBe(ofAll)
    expect(log.openOn('/run', true)?.id).toBe(newcomers)
  })

  it('collects records and remembers when the last one came', () => {
    const log = incidentLog()
    const [id = ''] = opened(log, 1)
    expect(log.update(id, { records: 5, peak_score: 0.9, action: 'freeze' }, 9_000)).toBe(true)
    expect(log.update(id, { summary: 'another sentence' }, 20_000)).toBe(true)
    expect(log.get(id)).toMatchObject({
      records: 5,
      peak_score: 0.9,
      action: 'freeze',
      summary: 'another sentence',
      last_seen: '1970-01-01T00:00:09.000Z',
      status: 'open',
    })
  })

  it('closes once and then stays as it is', () => {
    const log = incidentLog()
    const [id = ''] = opened(log, 1)
    expect(log.close(id, { summary: 'over' }, 60_000)).toBe(true)
    const closed = log.get(id)
    expect(closed).toMatchObject({ status: 'closed', closed: '1970-01-01T00:01:00.000Z', summary: 'over' })
    expect(closed?.last_seen).toBe(closed?.opened)
    expect(log.openCount).toBe(0)
    expect(log.close(id)).toBe(false)
    expect(log.update(id, { records: 500 })).toBe(false)
    log.addExample(id, '19b76daa800-0000')
    expect(log.get(id)).toEqual(closed)
  })

  it('names the first ten anomalies as examples', () => {
    const log = incidentLog()
    const [id = ''] = opened(log, 1)
    const examples = Array.from({ length: 12 }, (_, i) => `19b76daa800-00${i + 10}`)
    for (const example of examples) log.addExample(id, example)
    expect(log.get(id)?.anomalies).toEqual(examples.slice(0, 10))
    const [other = ''] = idsIn([log.open(facts({ anomalies: examples }))])
    expect(log.get(other)?.anomalies).toHaveLength(10)
  })

  it('has the name of its route, whatever its caller calls it', () => {
    const log = incidentLog()
    expect(log.open(facts({ route: '/orders/4711?customer=alice' })).route).toBe('/orders/*')
    expect(log.open(facts({ route: '' })).route).toBeNull()
    expect(log.open(facts({ route: null })).route).toBeNull()
  })

  it('is given out as a copy', () => {
    const log = incidentLog()
    const incident = log.open(facts({ anomalies: ['19b76daa800-0000'] }), 1_000)
    const before = structuredClone(incident)
    log.update(incident.id, { records: 9 })
    log.addExample(incident.id, '19b76daa800-0001')
    expect(incident).toEqual(before)
    incident.anomalies.length = 0
    expect(log.get(incident.id)?.anomalies).toHaveLength(2)
  })
})

describe('the incident log', () => {
  it('lists by state, route, feature, time and page, newest first', () => {
    const log = incidentLog()
    const run = opened(log, 2)
    const pay = opened(log, 2, { route: '/pay/17', feature: 'errors' }, 5_000)
    const all = opened(log, 1, { route: null, feature: null, kind: 'silence' }, 9_000)
    log.close(run[0] ?? '')
    const newestFirst = [...run, ...pay, ...all].reverse()
    expect(idsIn(log.list())).toEqual(newestFirst)
    expect(idsIn(log.list({ limit: 2 }))).toEqual(newestFirst.slice(0, 2))
    expect(idsIn(log.list({ open: false }))).toEqual([run[0]])
    expect(idsIn(log.list({ open: true, limit: 4 }))).toEqual(newestFirst.slice(0, 4))
    expect(idsIn(log.list({ route: '/pay/99' }))).toEqual(pay.toReversed())
    expect(idsIn(log.list({ route: null }))).toEqual(all)
    expect(idsIn(log.list({ feature: 'errors' }))).toEqual(pay.toReversed())
    expect(idsIn(log.list({ since: pay[0] ?? '' }))).toEqual(newestFirst.slice(0, 2))
    expect(idsIn(log.list({ since: idBound(5_000) }))).toEqual(newestFirst.slice(0, 3))
    expect(idsIn(log.list({ before: pay[0] ?? '', limit: 1 }))).toEqual([run[1]])
    expect(log.list({ limit: 0 })).toEqual([])
  })

  it('pushes closed incidents out, the oldest first, and never an open one for them', () => {
    const log = incidentLog(3)
    const [long = '', ...short] = opened(log, 3)
    for (const id of short) log.close(id)
    const [more = ''] = opened(log, 1, {}, 9_000)
    expect(idsIn(log.list())).toEqual([more, short[1], long])
    log.close(more)
    for (let i = 0; i < 50; i++) {
      const [id = ''] = opened(log, 1, {}, 20_000 + i)
      log.close(id)
      expect(log.size).toBe(3)
    }
    expect(log.get(long)?.status).toBe('open')
  })

  it('closes and drops the one that was quiet for longest where all are open', () => {
    const log = incidentLog(2)
    const [first = '', second = ''] = opened(log, 2)
    log.update(first, { records: 3 }, 8_000)
    const events: [string, string][] = []
    log.subscribe(({ change, incident }) => events.push([change, incident.id]))
    const [third = ''] = opened(log, 1, {}, 9_000)
    expect(idsIn(log.list({ open: true }))).toEqual([third, first])
    expect(log.openCount).toBe(2)
    expect(log.update(second, { records: 4 })).toBe(false)
    expect(events).toEqual([
      ['closed', second],
      ['opened', third],
    ])
  })

  it('tells of opening, of each tenfold and of closing, however many records come', () => {
    const log = incidentLog()
    const events: [string, number][] = []
    const leave = log.subscribe(({ change, incident }) => events.push([change, incident.records]))
    const [id = ''] = opened(log, 1)
    for (let records = 3; records <= 2_500; records++) log.update(id, { records })
    log.update(id, { records: 250_000 })
    log.close(id)
    leave()
    opened(log, 1)
    expect(events).toEqual([
      ['opened', 2],
      ['grown', 10],
      ['grown', 100],
      ['grown', 1_000],
      ['grown', 250_000],
      ['closed', 250_000],
    ])
  })

  it('gives its events ids in one order with those of anomalies, and the last of each incident since one', () => {
    const anomalies = new AnomalyLog()
    const log = new IncidentLog({ ids: anomalies.ids })
    const told: string[] = []
    log.subscribe(({ id }) => told.push(id))
    anomalies.subscribe(({ anomaly }) => told.push(anomaly.id))
    const first = log.open(facts()).id
    const anomaly = anomalies.add({ verdict: SLOW, reason: 'r' }).id
    const second = log.open(facts()).id
    log.update(first, { records: 10 })
    log.close(first)
    expect(told.toSorted()).toEqual(told)
    expect(new Set(told).size).toBe(5)
    const last = log.eventsSince(anomaly)
    expect(last.map(({ change, incident }) => [change, incident.id])).toEqual([
      ['opened', second],
      ['closed', first],
    ])
    expect(log.eventsSince(log.newestEventId)).toEqual([])
  })

  it('holds 200 where nothing else is said', () => {
    const log = incidentLog()
    opened(log, 201)
    expect([log.size, log.capacity]).toEqual([200, 200])
  })

  it('refuses to hold nothing', () => {
    expect(() => new IncidentLog({ ids: new TimeIds(), max: 0 })).toThrow(RangeError)
  })
})

describe('what an operator said of an incident', () => {
  const SAID = { verdict: 'threat', note: 'a scanner', at: '2026-01-01T00:00:00.000Z' } as const

  it('is shown on it, open or closed, and the last word counts', () => {
    const log = incidentLog()
    const [closed = '', open = ''] = opened(log, 2)
    log.close(closed, {}, 60_000)
    expect(log.get(open)?.feedback).toBeNull()
    expect(log.note(open, { ...SAID, verdict: 'expected' })).toBe(true)
    expect(log.note(open, SAID)).toBe(true)
    expect(log.note(closed, SAID)).toBe(true)
    expect(log.note('00000000000-0000', SAID)).toBe(false)
    expect(log.list().map(({ feedback }) => feedback)).toEqual([SAID, SAID])
    log.update(open, { records: 9 }, 61_000)
    expect(log.get(open)?.feedback).toEqual(SAID)
  })

  it('is kept over a restart, and a state of before there was any is read', () => {
    const before = incidentLog()
    const [said = '', unsaid = ''] = opened(before, 2)
    before.note(said, SAID)
    const captured = structuredClone(before.capture())
    const old = captured.map(({ incident: { feedback: _, ...incident }, ...event }) => ({
      ...event,
      incident,
    }))
    for (const [state, feedback] of [
      [captured, SAID],
      [old, null],
    ] as const) {
      const after = incidentLog()
      after.restore(structuredClone(state) as typeof captured)
      expect(after.get(said)?.feedback).toEqual(feedback)
      expect(after.get(unsaid)?.feedback).toBeNull()
    }
  })
})

describe('a restored log', () => {
  it('goes on with what was open, under ids after those before, even when the clock has gone back', () => {
    const before = incidentLog()
    const [closed = '', open = ''] = opened(before, 2)
    before.close(closed, {}, 60_000)
    const after = incidentLog()
    after.restore(structuredClone(before.capture()))
    expect(after.openCount).toBe(1)
    expect(after.newestEventId).toBe(before.newestEventId)
    expect(after.update(open, { records: 9 }, 61_000)).toBe(true)
    const grown: IncidentEvent[] = []
    after.subscribe((event) => grown.push(event))
    after.update(open, { records: 10 }, 62_000)
    expect(grown.map(({ change }) => change)).toEqual(['grown'])
    expect(after.open(facts(), 5).id > before.newestEventId).toBe(true)
  })

  it('leaves out what is no incident and keeps the rest', () => {
    const before = incidentLog()
    const [id = '', other = ''] = opened(before, 2)
    before.close(other)
    const [good, closed] = before.capture()
    if (good === undefined || closed === undefined) throw new Error('nothing was captured')
    const bad = [
      null,
      'x',
      {},
      { ...good, change: 'forged' },
      { ...good, id: 'x' },
      { ...good, id: '00000000000-0000' },
      ...[
        { id: 'x' },
        { status: 'closed' },
        { kind: 'flood' },
        { records: -1 },
        { records: 1.5 },
        { peak_p: 2 },
        { opened: 'yesterday' },
        { last_seen: '2026-13-01T00:00:00.000Z' },
        { anomalies: 'x' },
        { route: 7 },
        { action: 'format' },
        { feedback: { verdict: 'maybe', note: null, at: '2026-01-01T00:00:00.000Z' } },
        { feedback: { verdict: 'threat', note: null, at: 'today' } },
      ].map((fault) => ({ ...good, incident: { ...good.incident, ...fault } })),
      { ...closed, incident: { ...closed.incident, closed: null } },
    ]
    const after = incidentLog()
    after.restore([...bad, good, good, ...bad])
    expect(idsIn(after.list())).toEqual([id])
    expect(after.openCount).toBe(1)
  })

  it('lists newest first, in whatever order they were kept', () => {
    const before = incidentLog()
    const ids = opened(before, 4)
    const [a, b, c, d] = before.capture()
    const after = incidentLog()
    after.restore([c, a, d, b])
    expect(idsIn(after.list())).toEqual(ids.toReversed())
    expect(idsIn(after.list({ before: ids[2] ?? '' }))).toEqual(ids.slice(0, 2).reverse())
  })

  it('holds what fits, the open ones first', () => {
    const before = incidentLog()
    const ids = opened(before, 5)
    for (const id of ids.slice(1)) before.close(id)
    const after = incidentLog(2)
    after.restore(before.capture())
    expect(idsIn(after.list())).toEqual([ids[4], ids[0]])
  })
})

describe('a log of what is gathered elsewhere', () => {
  /** What happened to five incidents, a second apart, of which the second has closed. */
  function elsewhere(): IncidentEvent[] {
    const log = incidentLog()
    const [, closed = ''] = opened(log, 5)
    log.close(closed, {}, 9_000)
    return structuredClone(log.capture())
  }
  const mirrored = (events: readonly IncidentEvent[], max?: number) => {
    const log = incidentLog(max)
    for (const event of events) expect(log.mirror(structuredClone(event), true)).toBe(true)
    return log
  }

  it('lists them in the order of their ids, however they come, and knows that they are not its own', () => {
    const events = elsewhere()
    const ids = events.map(({ incident }) => incident.id).reverse()
    for (const order of [
      [0, 1, 2, 3, 4],
      [4, 3, 2, 1, 0],
      [2, 0, 4, 1, 3],
    ]) {
      const log = mirrored(order.map((i) => events[i] as IncidentEvent))
      expect(idsIn(log.list())).toEqual(ids)
      expect(log.openCount).toBe(4)
      expect(ids.every((id) => log.isMirrored(id))).toBe(true)
      const own = log.open(facts(), 1).id
      expect(log.isMirrored(own)).toBe(false)
      expect(own > (ids[0] as string)).toBe(true)
    }
  })

  it('takes an incident over again as it changes, with its examples, until it has closed', () => {
    const events = elsewhere()
    const [event] = events as [IncidentEvent]
    const log = mirrored(events)
    log.addExample(event.incident.id, '19b76daa800-0001')
    const grown = { ...event, id: '000000003e9-0000', incident: { ...event.incident, records: 70 } }
    expect(log.mirror(structuredClone(grown), true)).toBe(true)
    const { records, anomalies } = log.get(event.incident.id) ?? {}
    expect({ records, anomalies }).toEqual({ records: 70, anomalies: ['19b76daa800-0001'] })
    expect(log.openCount).toBe(4)
    log.close(event.incident.id, {}, 9_000)
    expect(log.mirror(structuredClone(grown), true)).toBe(true)
    expect(log.get(event.incident.id)?.status).toBe('closed')
    expect(log.openCount).toBe(3)
  })

  it('holds what fits, and lets the one go that was quiet for longest', () => {
    const events = elsewhere().filter(({ incident }) => incident.status === 'open')
    const log = mirrored(events, 3)
    expect(idsIn(log.list())).toEqual(
      events
        .slice(1)
        .map(({ incident }) => incident.id)
        .reverse(),
    )
    expect(log.isMirrored((events[0] as IncidentEvent).incident.id)).toBe(false)
  })

  it('tells of it under an id of its own, or tells nobody, and refuses what is no event', () => {
    const [event, closed] = elsewhere() as [IncidentEvent, IncidentEvent]
    const log = incidentLog()
    const heard: IncidentEvent[] = []
    log.subscribe((each) => heard.push(each))
    expect(log.mirror(structuredClone(event), true)).toBe(true)
    expect(heard).toEqual([])
    expect(log.newestEventId).toBe(event.id)
    expect(log.mirror(structuredClone(closed), false)).toBe(true)
    expect(heard.map(({ change, incident }) => [change, incident.id])).toEqual([
      ['closed', closed.incident.id],
    ])
    expect((heard[0] as IncidentEvent).id > closed.id).toBe(true)
    expect(log.newestEventId).toBe(heard[0]?.id)
    // One of before changes nothing of what was told last.
    log.mirror({ ...structuredClone(event), id: '00000000001-0000' }, true)
    expect(log.newestEventId).toBe(heard[0]?.id)
    for (const none of [null, {}, 'x', { ...event, change: 'forged' }])
      expect(log.mirror(none, false)).toBe(false)
    expect(heard).toHaveLength(1)
  })
})

describe('the log line of an incident', () => {
  it('has id, route, feature, records and action, one line an event', () => {
    const log = incidentLog()
    const lines: [string, object, string][] = []
    const sink = {
      info: (fields: object, message: string) => void lines.push(['info', fields, message]),
      warn: (fields: object, message: string) => void lines.push(['warn', fields, message]),
    }
    log.subscribe((event) => logIncident(event, sink))
    const [id = ''] = opened(log, 1)
    for (let records = 3; records <= 12; records++) log.update(id, { records })
    log.close(id)
    const fields = { incidentId: id, kind: 'spike', route: '/run', feature: 'latency', action: 'throttle' }
    expect(lines).toEqual([
      ['warn', expect.objectContaining({ ...fields, records: 2 }), 'incident opened'],
      ['warn', expect.objectContaining({ ...fields, records: 10 }), 'incident grows'],
      ['info', expect.objectContaining({ ...fields, records: 12 }), 'incident closed'],
    ])
  })
})
