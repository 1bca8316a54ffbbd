import { describe, expect, it } from 'vitest'
import { judgeByRules } from '#sentinel/detector/rules.js'
import { reasonFor } from '#sentinel/explain/sentence/reason.js'
import { FEATURES } from '#sentinel/telemetry/features.js'
import type { Verdict } from '../../../src/detector/verdict.js'
import { contribution, forestVerdict, limitVerdict, SLOW } from '../verdicts.js'

function reasonInIncident(verdict: Verdict): string {
  return reasonFor(verdict, undefined, { evidence: { inIncident: true } })
}

describe('the reason of a forest verdict', () => {
  it('leads with the most blamed feature, then says how far out it is and what took part', () => {
    expect(reasonFor(SLOW)).toBe(
      'Higher latency than usual: 5,230 ms, 41x the median of the last 1,000 records and above all of them; ' +
        'errors (3, median 0) contributed too',
    )
  })

  it.each([
    ['window', 'the last 1,000 records'],
    ['baseline', 'the 1,000 records learnt from'],
    ['route', 'the 1,000 records learnt from its route'],
  ] as const)('says what it compared with when that is the %s', (scope, records) => {
    expect(reasonFor({ ...SLOW, scope })).toContain(`41x the median of ${records} and above all of them`)
  })

  it('follows the bits, not the order of the features nor how extreme their values are', () => {
    const verdict = forestVerdict([
      contribution('latency', { bits: 0.2 }),
      contribution('input_length', { value: 90_000, bits: 0.3, median: 1800, percentile: 99.6 }),
      contribution('errors', { value: 9, bits: 0.25, median: 0 }),
    ])
    expect(reasonFor(verdict)).toBe(
      'Larger input than usual: 90,000 bytes, 50x the median of the last 1,000 records and at or above 99.6% of ' +
        'them; errors (9, median 0) and latency (5,230 ms, median 127 ms) contributed too',
    )
  })

  it('does not divide by a median of 0', () => {
    const verdict = forestVerdict([contribution('errors', { value: 8, median: 0, percentile: 99.95 })])
    expect(reasonFor(verdict)).toBe(
      'More errors than usual: 8, against a median of 0 in the last 1,000 records, and at or above 99.9% of them',
    )
  })

  it('says low of what is low, in its own words, and concludes nothing', () => {
    const low = { value: 1.5, median: 127.4, percentile: 0 }
    expect(reasonInIncident(forestVerdict([contribution('latency', low)]))).toBe(
      'Lower latency than usual: 1.5 ms, 1% of the median of the last 1,000 records and below all of them',
    )
    expect(
      reasonInIncident(forestVerdict([contribution('input_length', { ...low, value: 1, percentile: 4.5 })])),
    ).toBe(
      'Smaller input than usual: 1 byte, under 1% of the median of the last 1,000 records and at or below 95.5% of them',
    )
    expect(
      reasonInIncident(forestVerdict([contribution('errors', { value: 0, median: 12, percentile: 1 })])),
    ).toBe(
      'Fewer errors than usual: 0, against a median of 12 in the last 1,000 records, and at or below 99% of them',
    )
  })

  it('calls a record whose most blamed value is ordinary a combination, and names its members', () => {
    const verdict = forestVerdict([
      contribution('latency', { value: 180, bits: 0.2, median: 127.4, percentile: 81.3 }),
      contribution('input_length', { value: 300, bits: 0.15, median: 1800, percentile: 12 }),
      contribution('errors', { value: 0, bits: -0.1, median: 0, percentile: 48 }),
    ])
    expect(reasonFor(verdict)).toBe(
      'Unusual combination of telemetry metrics detected: latency 180 ms (median 127 ms, at or above 81.3% of the ' +
        'last 1,000 records) and input size 300 bytes (median 1,800 bytes, at or below 88% of them)',
    )
  })

  it('names nothing that pushes below a tenth of a bit', () => {
    const verdict = (bits: number): Verdict =>
      forestVerdict([
        contribution('latency'),
        contribution('errors', { value: 2, median: 0, percentile: 99, bits }),
      ])
    expect(reasonFor(verdict(0.1))).toContain('errors (2, median 0) contributed too')
    expect(reasonFor(verdict(0.099))).not.toContain('errors')
  })

  it.each([
    ['its value is the median', { value: 0, median: 0, percentile: 98 }],
    ['it ranks in the middle', { value: 127.9, median: 127.4, percentile: 53 }],
  ])('names nothing that sits at the median: %s', (_, middle) => {
    const leading = forestVerdict([contribution('errors', { ...middle, bits: 0.5 }), contribution('latency')])
    expect(reasonFor(leading)).toMatch(/^Higher latency than usual: [^;]*$/)
    const other = forestVerdict([contribution('errors', { ...middle, bits: 0.3 }), contribution('latency')])
    expect(reasonFor(other)).toMatch(/^Higher latency than usual: [^;]*$/)
    const member = forestVerdict([
      contribution('errors', { ...middle, bits: 0.3 }),
      contribution('latency', { percentile: 80 }),
    ])
    expect(reasonFor(member)).toBe(
      'Unusual combination of telemetry metrics detected, furthest out: latency 5,230 ms (median 127 ms, at or above ' +
        '80% of the last 1,000 records)',
    )
  })

  it('names the two values furthest out when nothing pushes enough to be called odd', () => {
    const verdict = forestVerdict([
      contribution('latency', { value: 180, bits: 0.09, median: 127.4, percentile: 81.3 }),
      contribution('input_length', { value: 300, bits: 0.04, median: 1800, percentile: 12 }),
      contribution('errors', { value: 0, bits: 0.02, median: 0, percentile: 48 }),
    ])
    expect(reasonFor(verdict)).toBe(
      'Unusual combination of telemetry metrics detected, furthest out: input size 300 bytes (median 1,800 bytes, at ' +
        'or below 88% of the last 1,000 records) and latency 180 ms (median 127 ms, at or above 81.3% of them)',
    )
  })

  it('says so when no value is far out', () => {
    const errors = contribution('errors', { value: 0, median: 0, percentile: 48, bits: 0.3 })
    expect(reasonFor(forestVerdict([errors]))).toBe(
      'Unusual combination of telemetry metrics detected, though each value by itself is ordinary among the last ' +
        '1,000 records',
    )
  })

  it('never says high of a value inside the central 80%, or at the median', () => {
    const ordinary = contribution('latency', { percentile: 89.9, bits: 0.9 })
    expect(reasonFor(forestVerdict([ordinary]))).toContain('Unusual combination')
    const atMedian = contribution('errors', { value: 0, median: 0, percentile: 97 })
    expect(reasonFor(forestVerdict([atMedian]))).toContain('Unusual combination')
  })

  it('says high between the central 80% and 90% only if the feature suffices for the verdict by itself', () => {
    const latency = contribution('latency', { percentile: 93, bits: 0.3 })
    const errors = (bits: number) => contribution('errors', { value: 0, median: 0, percentile: 48, bits })
    const reason = (errorBits: number, threshold: number | null): string =>
      reasonFor(forestVerdict([latency, errors(errorBits)], { threshold }))
    // 2^(-1 + 0.3) is 0.616, 2^(-1 + 0.3 - 0.2) is 0.536
    expect(reason(0.3, 0.6)).toContain('Higher latency than usual')
    expect(reason(-0.2, 0.53)).toContain('Higher latency than usual')
    expect(reason(0.3, 0.62)).toContain('Unusual combination')
    expect(reason(-0.2, 0.55)).toContain('Unusual combination')
    expect(reason(0.3, null)).toContain('Unusual combination')
  })

  it('says high when the value is out, however little it differs, with digits that show it', () => {
    const close = contribution('latency', { value: 1000.4, median: 1000.2, percentile: 97.5 })
    expect(reasonFor(forestVerdict([close]))).toContain('1,000.4 ms, against a median of 1,000.2 ms')
  })

  it('goes by its own name for a feature of the user', () => {
    const verdict = forestVerdict([contribution('queue\n<b>depth', { unit: '', value: 90, median: 3 })])
    expect(reasonFor(verdict)).toBe(
      'Higher queue <b>depth than usual: 90, 30x the median of the last 1,000 records and above all of them',
    )
  })

  it('keeps huge and tiny values readable', () => {
    const huge = contribution('latency', { value: Number.MAX_VALUE, median: Number.MIN_VALUE })
    expect(reasonFor(forestVerdict([huge]))).toContain(': 1.80e+308 ms, over a million times the median of')
    const tiny = contribution('latency', { value: 0.000_000_04, percentile: 0 })
    expect(reasonFor(forestVerdict([tiny]))).toContain(': 4.00e-8 ms, under 1% of the median of')
  })

  it('names three others at most', () => {
    const names = ['latency', 'a', 'b', 'c', 'd', 'e']
    const verdict = forestVerdict(names.map((name, i) => contribution(name, { bits: 1 - i / 10 })))
    expect(reasonFor(verdict)).toMatch(/; a \(.*\), b \(.*\) and c \(.*\), with 2 more contributed too$/)
  })

  it('falls back to the bare phrase when the verdict carries no facts', () => {
    expect(reasonFor(forestVerdict([]))).toBe('Unusual combination of telemetry metrics detected')
    expect(reasonFor(forestVerdict([contribution('latency', { value: Number.NaN })]))).toBe(
      'Unusual combination of telemetry metrics detected',
    )
  })

  it('says no more when there were no records to compare with', () => {
    expect(reasonFor({ ...SLOW, fittedRows: 0 })).toBe('Unusual combination of telemetry metrics detected')
  })

  it('does not call an ordinary record anomalous', () => {
    expect(reasonFor({ ...SLOW, anomalous: false })).toBe('No anomaly detected')
  })
})

describe('what a finding may mean', () => {
  it('is said of a record of an incident from ten times the usual value on', () => {
    expect(reasonInIncident(SLOW)).toBe(
      'Higher latency than usual, possible resource exhaustion or DoS attempt: 5,230 ms, 41x the median of the last ' +
        '1,000 records and above all of them; errors (3, median 0) contributed too',
    )
    const latency = (value: number): Verdict =>
      forestVerdict([contribution('latency', { value, median: 100 })])
    expect(reasonInIncident(latency(999))).not.toContain('possible')
    expect(reasonInIncident(latency(1000))).toContain('possible')
  })

  it('is not said without an incident, however far the value is out', () => {
    const huge = forestVerdict([contribution('input_length', { value: 1e9, median: 1000 })])
    expect(reasonFor(huge)).not.toContain('possible')
    expect(reasonFor(huge, undefined, { evidence: { inIncident: false } })).toBe(reasonFor(huge))
    expect(reasonInIncident(huge)).toContain('Larger input than usual, possible buffer overflow attempt: ')
  })

  it('takes a large value where the usual one is 0', () => {
    const errors = (value: number): string =>
      reasonInIncident(forestVerdict([contribution('errors', { value, median: 0, percentile: 99.9 })]))
    expect(errors(5)).not.toContain('possible')
    expect(errors(6)).toContain('More errors than usual, possible attack or system degradation: 6, ')
  })

  it('is not said of a feature of the user, which declares nothing, nor where the usual value is negative', () => {
    expect(reasonInIncident(forestVerdict([contribution('queue')]))).not.toContain('possible')
    const negative = contribution('latency', { value: 5, median: -1 })
    expect(reasonInIncident(forestVerdict([negative]))).not.toContain('possible')
  })

  it('is not said of a route whose usual values are not known', () => {
    const circumstances = { route: '/upload', evidence: { inIncident: true } }
    expect(reasonFor({ ...SLOW, scope: 'baseline' }, undefined, circumstances)).not.toContain('possible')
    expect(reasonFor({ ...SLOW, scope: 'route' }, undefined, circumstances)).toContain('possible')
  })
})

describe('a record of a route of which little is known', () => {
  const note = 'not enough known of this route yet: compared with all traffic'

  it('says so', () => {
    expect(reasonFor({ ...SLOW, scope: 'baseline' }, undefined, { route: '/new' })).toBe(
      'Higher latency than usual: 5,230 ms, 41x the median of the 1,000 records learnt from and above all of them; ' +
        `errors (3, median 0) contributed too; ${note}`,
    )
  })

  it.each([
    ['has no route', 'baseline', null],
    ['has a route without a name', 'baseline', ''],
    ['is of a known route', 'route', '/known'],
    ['is compared with the window', 'window', '/any'],
  ] as const)('says nothing of it when the record %s', (_, scope, route) => {
    expect(reasonFor({ ...SLOW, scope }, undefined, { route })).not.toContain(note)
  })
})

describe('the reason of a heuristic verdict', () => {
  it('has the units that the features are declared with', () => {
    const verdict = judgeByRules(
      FEATURES,
      { latency: 5000, input_length: 10_000, errors: 5 },
      [6000, 40_000, 8],
    )
    expect(reasonFor(verdict)).toBe(
      'Input size 40,000 bytes, above the limit of 10,000 bytes; also errors (8, limit 5) and latency (6,000 ms, ' +
        'limit 5,000 ms)',
    )
  })

  it('says which limits were exceeded, the worst first', () => {
    const verdict = limitVerdict([
      { feature: 'errors', unit: 'count', value: 8, limit: 5 },
      { feature: 'latency', unit: 'ms', value: 6000, limit: 5000 },
    ])
    expect(reasonFor(verdict)).toBe('Errors 8, above the limit of 5; also latency (6,000 ms, limit 5,000 ms)')
  })

  it('says what it may mean from ten times the limit on', () => {
    const over = (value: number, limit = 10_000): string =>
      reasonFor(limitVerdict([{ feature: 'input_length', unit: 'bytes', value, limit }]))
    expect(over(99_999)).toBe('Input size 99,999 bytes, above the limit of 10,000 bytes')
    expect(over(100_000)).toBe(
      'Input size 100,000 bytes, above the limit of 10,000 bytes, possible buffer overflow attempt',
    )
    expect(over(10_000, 0)).toBe('Input size 10,000 bytes, above the limit of 0 bytes')
    expect(over(10_001, 0)).toContain('overflow')
  })

  it('never prints a value like the limit it exceeds', () => {
    const verdict = limitVerdict([
      { feature: 'latency', unit: 'ms', value: Math.fround(5000.2), limit: 5000 },
    ])
    expect(reasonFor(verdict)).toContain('5,000.2 ms, above the limit of 5,000 ms')
  })

  it('makes nothing of a limit that is not exceeded', () => {
    const verdict = limitVerdict([{ feature: 'latency', unit: 'ms', value: 10, limit: 5000 }])
    expect(reasonFor(verdict)).toBe('Unusual combination of telemetry metrics detected')
  })
})
