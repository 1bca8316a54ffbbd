import { describe, expect, test } from 'vitest'
import { DeclarationError, type TelemetryDeclaration } from '#sentinel/telemetry/declared/declaration.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import type { DeclaredRecord } from '#sentinel/telemetry/record.js'

const JOBS: TelemetryDeclaration = {
  features: [
    { name: 'duration', from: '/job/seconds', unit: 's' },
    { name: 'memory', missing: 'median' },
    { name: 'retries', missing: 0 },
    { name: 'exit', from: '/job/exit code', missing: 'skip' },
  ],
  route: ['/service', '/job/name'],
  id: '/job/id',
  trace: '/ids/0',
  timestamp: '/at',
  user: '/who',
}
const RECORD = {
  service: 'mail',
  at: '2026-03-01T00:00:00Z',
  who: { name: 'alice' },
  ids: ['4BF92F3577B34DA6A3CE929D0E0E4736'],
  memory: 64,
  retries: 1,
  job: { name: 'send', id: 17, seconds: 1.5, 'exit code': 0 },
}

function valuesOf(declaration: TelemetryDeclaration, record: DeclaredRecord): number[] {
  const { features } = declaredTelemetry(declaration)
  return features.map((feature) => feature.extract(record))
}

describe('a declared record', () => {
  const telemetry = declaredTelemetry(JOBS)

  test('is read where the pointers lead', () => {
    expect(telemetry.check(RECORD)).toBe('judge')
    expect(valuesOf(JOBS, RECORD)).toEqual([1.5, 64, 1, 0])
    expect(telemetry.routeOf(RECORD)).toBe('mail/send')
    expect(telemetry.timestampOf(RECORD)).toBe('2026-03-01T00:00:00Z')
    expect(telemetry.timed).toBe(true)
  })

  test('is kept with what was reported and without whom it came from', () => {
    const raw = telemetry.rawOf({ ...RECORD, memory: null })
    expect(raw).toEqual({
      duration: 1.5,
      memory: null,
      retries: 1,
      exit: 0,
      id: '17',
      timestamp: '2026-03-01T00:00:00Z',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    })
    expect(JSON.stringify(raw)).not.toContain('alice')
  })

  test.each([undefined, null, '', '-', Number.NaN, 'NaN'])(
    'that has %j for a value lacks it, and what is declared of that comes of it',
    (gap) => {
      const job = { ...RECORD.job }
      expect(valuesOf(JOBS, { ...RECORD, memory: gap, retries: gap })).toEqual([1.5, Number.NaN, 0, 0])
      expect(telemetry.check({ ...RECORD, job: { ...job, 'exit code': gap } })).toBe('skip')
      expect(() => telemetry.check({ ...RECORD, job: { ...job, seconds: gap } })).toThrow(
        'job.seconds must be a finite number; got',
      )
    },
  )

  test('that has nothing at all to be judged by is not judged', () => {
    const gaps = declaredTelemetry({
      features: [
        { name: 'a', missing: 'median' },
        { name: 'b', missing: 'median' },
      ],
    })
    expect(gaps.check({ a: null })).toBe('skip')
    expect(gaps.check({ b: 1 })).toBe('judge')
  })

  test.each([
    ['12', 'text of 2 characters'],
    [true, 'boolean'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [{}, 'object'],
    [[1], 'an array'],
  ])('with %j for a number is refused by the name of the field', (value, said) => {
    expect(() => telemetry.check({ ...RECORD, memory: value })).toThrow(
      'memory must be a finite number, or be missing',
    )
    expect(() => telemetry.check({ ...RECORD, memory: value })).toThrow(said)
  })

  test.each([null, undefined, 7, 'text'])('is an object, which %j is not', (record) => {
    expect(() => telemetry.check(record as unknown as DeclaredRecord)).toThrow('a record is an object')
  })
})

describe('a number in text', () => {
  test.each([
    [undefined, '12.5', 12.5],
    [undefined, ' -1e3 ', -1000],
    [undefined, true, 1],
    [undefined, false, 0],
    ['de', '1.234,5', 1234.5],
    ['de', '1234,5', 1234.5],
    ['en-US', '1,234.5', 1234.5],
    ['fr', '1 234,5', 1234.5],
    ['de-CH', "1'234.5", 1234.5],
  ])('is read with coerce and the locale %s: %j', (locale, text, number) => {
    const features = [{ name: 'a', coerce: true, ...(locale !== undefined && { locale }) }]
    expect(valuesOf({ features }, { a: text })).toEqual([number])
  })

  test.each([
    [undefined, '1,5'],
    [undefined, '0x10'],
    [undefined, '12 ms'],
    ['de', '1.5'],
    ['de', '12.34,5'],
    ['en', '1,5'],
  ])('is never guessed, by the locale %s: %j', (locale, text) => {
    const features = [{ name: 'a', coerce: true, ...(locale !== undefined && { locale }) }]
    expect(() => valuesOf({ features }, { a: text })).toThrow('a must be a finite number')
  })
})

describe('a declaration', () => {
  test.each<[TelemetryDeclaration, (string | number)[], string]>([
    [{ features: [{ name: 'a' }, { name: 'a' }] }, ['features', 1, 'name'], 'feature 1 is called a, too'],
    [
      { features: [{ name: 'a', from: '/constructor/length' }] },
      ['features', 0, 'from'],
      'constructor is no name of a field',
    ],
    [{ features: [{ name: 'a', locale: 'de' }] }, ['features', 0, 'locale'], 'coerce: true'],
    [
      { features: [{ name: 'a', coerce: true, locale: 'tlh' }] },
      ['features', 0, 'locale'],
      'there is no such language',
    ],
    [{ user: '/__proto__' }, ['user'], '__proto__ is no name of a field'],
  ])('that cannot be is refused with its place: %j', (declaration, path, message) => {
    try {
      declaredTelemetry(declaration)
    } catch (error) {
      expect(error).toBeInstanceOf(DeclarationError)
      expect((error as DeclarationError).path).toEqual(path)
      expect((error as DeclarationError).message).toContain(message)
      return
    }
    throw new Error('it was not refused')
  })

  test('without features watches those of requests, where it says that the rest is', () => {
    const telemetry = declaredTelemetry({ route: '/path' })
    const record = { latency: 5, input_length: 1, errors: 0, path: '/a' }
    expect(telemetry.features.map(({ name }) => name)).toEqual(['latency', 'input_length', 'errors'])
    expect([telemetry.check(record), telemetry.routeOf(record)]).toEqual(['judge', '/a'])
    expect(() => telemetry.check({ ...record, latency: -1 })).toThrow(
      'latency must be a finite number of at least 0; got -1',
    )
  })
})
