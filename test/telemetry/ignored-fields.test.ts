import { expect, test } from 'vitest'
import { IgnoredFields } from '#sentinel/telemetry/ignored-fields.js'

function watching(fields: ConstructorParameters<typeof IgnoredFields>[0]) {
  const found: string[] = []
  return { found, ignored: new IgnoredFields(fields, (pointer) => found.push(pointer)) }
}

test('a field that nobody reads is told of once, wherever it stands', () => {
  const { found, ignored } = watching(
    new Map([
      ['a', null],
      ['usage', new Map([['cpu', null]])],
    ]),
  )
  for (let i = 0; i < 3; i++)
    ignored.see({ a: { b: 1 }, cpu_ms: 1, usage: { cpu: 1, 'mem/all': 2 }, 'x~y': 0 })
  expect(found).toEqual(['/cpu_ms', '/usage/mem~1all', '/x~0y'])
})

test('one that only later records have is found in some of them', () => {
  const { found, ignored } = watching(new Map([['a', null]]))
  for (let i = 0; i < 10_000; i++) ignored.see({ a: 1 })
  for (let i = 0; i < 16; i++) ignored.see({ a: 1, late: 1 })
  expect(found).toEqual(['/late'])
})

test('however many there are and whatever they are called, little is told', () => {
  const { found, ignored } = watching(new Map())
  for (let i = 0; i < 200; i++) ignored.see({ [`made\nup ${i} ${'x'.repeat(500)}`]: 1 })
  expect(found).toHaveLength(51)
  expect(found.at(-1)).toBe('(further fields)')
  for (const each of found) {
    expect(each.length).toBeLessThanOrEqual(80)
    expect(each).not.toContain('\n')
  }
})
