import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type IncidentFacts, incidentSentence } from '#sentinel/explain/sentence/incident.js'
import type { Incident } from '../../../src/alerts/incidents/incident.js'
import { extent } from '../../chaos/extent.js'

const SPIKE: IncidentFacts = {
  kind: 'spike',
  route: '/checkout',
  feature: 'latency',
  unit: 'ms',
  direction: 'high',
  usual: 120,
  seen: 480,
  records: 214,
  action: 'observe',
}
const SILENCE: IncidentFacts = {
  ...SPIKE,
  kind: 'silence',
  feature: null,
  unit: null,
  direction: null,
  usual: 50,
  seen: 0,
  records: 0,
}
const CONCLUDING = /possible|attack|overflow|DoS|exhaustion|attempt/

describe('the sentence of an incident', () => {
  it('is made from an incident as it is kept', () => {
    const incident: Incident = {
      ...SPIKE,
      id: '19b76daa800-0000',
      status: 'open',
      opened: '2026-01-01T00:00:00.000Z',
      last_seen: '2026-01-01T00:01:00.000Z',
      closed: null,
      peak_score: 0.8,
      peak_p: 1e-5,
      summary: '',
      anomalies: [],
      feedback: null,
    }
    expect(incidentSentence(incident)).toBe(incidentSentence(SPIKE))
  })

  it.each<[string, Partial<IncidentFacts>, string]>([
    [
      'many new routes',
      { kind: 'newcomers', route: null, feature: null, records: 1812 },
      'Many new routes, possible scan: 1,812 that nobody had asked for before',
    ],
    ['a spike', {}, 'Latency of /checkout went up: usually 120 ms, 480 ms seen (4x), 214 records'],
    [
      'a spike of ten times the usual value',
      { seen: 1480 },
      'Latency of /checkout went up, possible resource exhaustion or DoS attempt: usually 120 ms, 1,480 ms seen ' +
        '(12x), 214 records',
    ],
    [
      'errors where there are none usually',
      { feature: 'errors', unit: 'count', usual: 0, seen: 4, records: 1 },
      'Errors of /checkout went up: usually 0, 4 seen, 1 record',
    ],
    [
      'many errors where there are none usually',
      { feature: 'errors', unit: 'count', usual: 0, seen: 8 },
      'Errors of /checkout went up, possible attack or system degradation: usually 0, 8 seen, 214 records',
    ],
    [
      'low values',
      { feature: 'input_length', unit: 'bytes', direction: 'low', usual: 1800, seen: 1 },
      'Input size of /checkout went down: usually 1,800 bytes, 1 byte seen, 214 records',
    ],
    [
      'a shift of all traffic',
      { kind: 'shift', route: null, seen: 204, action: 'throttle' },
      'Latency of all traffic shifted up: usually 120 ms, 204 ms seen (1.7x), 214 records; throttle advised',
    ],
    [
      'a feature of the user',
      { feature: 'queue_depth', unit: '', usual: 3, seen: 90, action: 'freeze' },
      'Queue_depth of /checkout went up: usually 3, 90 seen (30x), 214 records; freeze advised',
    ],
    ['no leading feature', { feature: null, unit: null }, 'Unusual records of /checkout: 214 records'],
    [
      'no direction',
      { direction: null, usual: null },
      'Unusual latency of /checkout: 480 ms seen, 214 records',
    ],
    [
      'a value on the other side, as a shift may have',
      { kind: 'shift', usual: 180, seen: 167 },
      'Latency of /checkout shifted up: usually 180 ms, 214 records',
    ],
    ['no figures', { usual: null, seen: null, records: 0 }, 'Latency of /checkout went up'],
    [
      'a value that rounds to the usual one',
      { usual: 1000.2, seen: 1000.4 },
      'Latency of /checkout went up: usually 1,000.2 ms, 1,000.4 ms seen, 214 records',
    ],
  ])('of %s', (_, facts, sentence) => {
    expect(incidentSentence({ ...SPIKE, ...facts })).toBe(sentence)
  })

  it.each<[string, Partial<IncidentFacts>, string]>([
    ['a silence', {}, '/checkout went silent: usually 50 records a minute, none now'],
    [
      'a silence of known length',
      { silentForS: 40.3 },
      '/checkout went silent: usually 50 records a minute, none for 40 s',
    ],
    [
      'a route that is nearly silent',
      { seen: 2, records: 3 },
      '/checkout went quiet: usually 50 records a minute, 2 a minute now',
    ],
    [
      'silence everywhere',
      { route: null, usual: 1 },
      'All traffic went silent: usually 1 record a minute, none now',
    ],
    [
      'a surge',
      { kind: 'surge', seen: 120, records: 240 },
      '/checkout surged: usually 50 records a minute, 120 a minute now (2.4x), 240 records',
    ],
    [
      'a surge to ten times the usual rate',
      { kind: 'surge', seen: 500, records: 900, action: 'throttle' },
      '/checkout surged, possible DoS attempt or retry storm: usually 50 records a minute, 500 a minute now (10x), ' +
        '900 records; throttle advised',
    ],
  ])('of %s', (_, facts, sentence) => {
    expect(incidentSentence({ ...SILENCE, ...facts })).toBe(sentence)
  })

  it('concludes nothing below ten times the usual, and is one readable line, whatever the facts', () => {
    const figure = fc.option(fc.oneof(fc.double(), fc.nat({ max: 20_000 }), fc.constantFrom(0, -0, 1e308)))
    const facts: fc.Arbitrary<IncidentFacts> = fc.record({
      kind: fc.constantFrom('spike', 'shift', 'silence', 'surge'),
      // Text from outside, of which nothing can be mistaken for the words looked for.
      route: fc.option(
        fc.oneof(fc.constantFrom('', '/checkout'), fc.string({ unit: fc.constantFrom('\n', 'b', '\u202e') })),
      ),
      feature: fc.option(fc.constantFrom('latency', 'input_length', 'errors', 'queue_depth')),
      unit: fc.option(fc.constantFrom('ms', 'bytes', 'count', '')),
      direction: fc.option(fc.constantFrom('high', 'low')),
      usual: figure,
      seen: figure,
      records: fc.nat(),
      action: fc.constantFrom('observe', 'throttle', 'freeze'),
    })
    fc.assert(
      fc.property(facts, (one) => {
        const sentence = incidentSentence(one)
        expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}]|NaN|Infinity|undefined|null/u)
        expect(sentence.length).toBeLessThan(400)
        const { usual, seen } = one
        const far =
          usual !== null && seen !== null && (usual === 0 ? seen > 5 : usual > 0 && seen >= 10 * usual)
        if (!far || (one.direction === 'low' && one.kind !== 'surge'))
          expect(sentence).not.toMatch(CONCLUDING)
      }),
      { seed: 20260103, numRuns: extent(2000, 500) },
    )
  })
})
