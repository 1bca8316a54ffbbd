import { expect, test } from 'vitest'
import { BatchItems } from '#sentinel/http/batch/batch-items.js'
import { ApiError } from '#sentinel/http/errors/error-codes.js'
import { mulberry32, type RandomSource } from '../../../made-up/random.js'

const found = async (body: string | Buffer, isJson: boolean) => {
  const items = await BatchItems.find(Buffer.from(body as string), isJson, JSON.parse)
  return Array.from({ length: items.size }, (_, item) => items.read(item))
}

const TEXTS = ['', '}{', '[",\\"', 'a\\', 'é\n\u2028', ']', '\\"']

/** A JSON value of any form, with all that brackets and quotes can do inside of strings. */
function someValue(random: RandomSource, depth = 3): unknown {
  const any = random.below(depth > 0 ? 7 : 5)
  if (any === 0) return null
  if (any === 1) return random.below(2) === 0
  if (any === 2) return random.below(1_000_000) / 1e3
  if (any < 5) return TEXTS[random.below(TEXTS.length)]
  const values = Array.from({ length: random.below(4) }, () => someValue(random, depth - 1))
  return any === 5 ? values : Object.fromEntries(values.map((value, i) => [`k"${i}`, value]))
}

test('finds the elements that parsing the whole would find, however they are written', async () => {
  const random = mulberry32(7)
  for (let round = 0; round < 300; round++) {
    const values = Array.from({ length: random.below(6) }, () => someValue(random))
    const indent = round % 3
    const list = JSON.stringify(values, null, indent)
    const forms = [
      list,
      ` ${list}\n`,
      JSON.stringify({ 'a"': [values], records: values, z: values }, null, indent),
    ]
    for (const form of forms) {
      const items = await found(form, true)
      expect(items.map(({ value }) => value)).toEqual(values)
      expect(items.map(({ line }) => line)).toEqual(values.map((_, i) => i + 1))
    }
    const objects = values.filter(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    )
    if (objects.length === 0) continue
    const lines = objects.map((value) => JSON.stringify(value))
    for (const between of ['\n', ' ', '']) {
      const items = await found(lines.join(between), false)
      expect(items.map(({ value }) => value)).toEqual(objects)
    }
  }
})

test('whatever the bytes are, there are items or a clear refusal, and the search ends', async () => {
  const random = mulberry32(11)
  const alphabet = Buffer.from('{}[]",:\\ \n\ta1-\u0000\xff', 'latin1')
  let items = 0
  let refusals = 0
  for (let round = 0; round < 4000; round++) {
    const whole = Buffer.from(JSON.stringify({ records: [someValue(random), someValue(random)] }))
    const bytes =
      round % 2 === 0
        ? Buffer.from(
            Array.from({ length: random.below(40) }, () => alphabet[random.below(alphabet.length)] as number),
          )
        : whole
    for (let flips = round % 2 === 0 ? 0 : 3; flips > 0; flips--)
      bytes[random.below(bytes.length)] = alphabet[random.below(alphabet.length)] as number
    for (const isJson of [true, false]) {
      try {
        for (const { value, fault } of await found(bytes, isJson)) {
          expect(fault === null).toBe(value !== undefined)
          items += 1
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError)
        refusals += 1
      }
    }
  }
  expect([items > 5000, refusals > 100]).toEqual([true, true])
})

test.each([
  ['plain text', ''],
  ['text with characters of several bytes', 'é漢😀'],
  ['text with escapes', '\\u00e9'],
  ['bytes that are no UTF-8', '\xff\xfe'],
])('%s: a record far into the body is read as if it were alone', async (_, within) => {
  const line = (i: number) => `{"n":${i},"text":"${within}${'x'.repeat(i % 90)}"}`
  const encoding = within === '\xff\xfe' ? 'latin1' : 'utf8'
  const lines = Array.from({ length: 3000 }, (_, i) => Buffer.from(line(i), encoding))
  const body = Buffer.concat(lines.flatMap((each) => [each, Buffer.from('\n')]))
  const items = await found(body, false)
  expect(items.map((item) => item.value)).toEqual(lines.map((each) => JSON.parse(each.toString())))
})

test.each([
  ['"__proto__":1', '__proto__'],
  ['"\\u005f_proto__":1', 'the same with an escape'],
  ['"constructor":{"prototype":1}', 'constructor'],
])('%s is left to the parser of single records, which refuses it', async (member) => {
  const asked: string[] = []
  const parse = (text: string) => {
    asked.push(text)
    throw new Error('refused')
  }
  const plain = '{"a":1}\n'.repeat(10_000)
  const items = await BatchItems.find(Buffer.from(`${plain}{${member}}\n${plain}`), false, parse)
  const faults = Array.from({ length: items.size }, (_, item) => items.read(item).fault)
  expect(asked).toContain(`{${member}}`)
  expect(faults[10_000]).not.toBeNull()
  expect(faults[0]).toBeNull()
})
