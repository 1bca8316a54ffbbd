import { describe, expect, it } from 'vitest'
import { readTable } from '../../playground/data/read-table.js'
import { simulateTelemetry } from '../../playground/data/telemetry-simulator.js'

const read = (text: string, name = 'rows.csv') => readTable(new File([text], name))
const numbers = async (text: string) =>
  Object.fromEntries((await read(text)).numbers.map(({ name, values }) => [name, [...values]]))

describe('a file of delimited text', () => {
  it('gives columns of numbers and of text, and the line of each row', async () => {
    const table = await read('latency,route,errors\n12.5,/run,0\r\n80,/lint,3\n')
    expect(table.numbers).toEqual([
      { name: 'latency', values: Float64Array.of(12.5, 80) },
      { name: 'errors', values: Float64Array.of(0, 3) },
    ])
    expect(table.texts).toEqual([{ name: 'route', values: ['/run', '/lint'] }])
    expect([...table.lines]).toEqual([2, 3])
  })

  it('may use semicolons or tabs, a byte order mark, and end without a line break', async () => {
    expect(await numbers('\uFEFFa;b\n1;2')).toEqual({ a: [1], b: [2] })
    expect(await numbers('a\tb\n1\t2')).toEqual({ a: [1], b: [2] })
  })

  it('may quote cells that hold delimiters, quotes and line breaks, which count as lines', async () => {
    const table = await read('x,text\n1,"a, ""b""\nand c"\n2,d\n')
    expect(table.texts[0]?.values).toEqual(['a, "b"\nand c', 'd'])
    expect([...table.lines]).toEqual([2, 4])
  })

  it('may have no header: its columns are then counted', async () => {
    expect(await numbers('1,2\n3,4\n')).toEqual({ 'column 1': [1, 3], 'column 2': [2, 4] })
  })

  it('skips empty lines', async () => {
    expect([...(await read('x\n1\n\n2\n')).lines]).toEqual([2, 4])
  })

  it.each([
    ['a,b\n1,2\n3,x\n', 'Line 3: “b” is “x”; it must be a number, as in the first row.'],
    ['a,b\n1,2\n3,\n', 'Line 3: “b” is empty'],
    ['a,b\n1,2\n3,Infinity\n', 'Line 3: “b” is “Infinity”'],
    ['a,b\n1,2\n3\n', 'Line 3: 1 values are there; the first line has 2.'],
    ['a,b\n1,"2\n', 'Line 2: a quote is opened and never closed.'],
    ['a,b\n1,"2"x\n', 'Line 2: something follows a closing quote.'],
    ['a,a\n1,2\n', 'Line 2: the column “a” is there twice.'],
    ['a,b\nx,y\n', 'Line 2: no value is a number'],
    ['a,b\n', 'There is a header, but no row.'],
    ['', 'The file is empty.'],
  ])('is refused by line and reason: %j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message)
  })

  it('is refused when it is not UTF-8', async () => {
    const bytes = Uint8Array.of(0x61, 0x0a, 0x31, 0x0a, 0xff, 0x0a)
    await expect(readTable(new File([bytes], 'rows.csv'))).rejects.toThrow('Line 3: this is no UTF-8 text.')
  })
})

describe('a file of JSON lines', () => {
  it('takes its columns from the first object', async () => {
    const table = await read(
      '{"latency":1,"route":"/run","ok":true}\n\n{"route":"/x","latency":2,"ok":false,"more":1}\n',
    )
    expect(table.numbers.map(({ name, values }) => [name, ...values])).toEqual([
      ['latency', 1, 2],
      ['ok', 1, 0],
    ])
    expect([...table.lines]).toEqual([1, 3])
  })

  it.each([
    ['{"a":1}\n{"a":}\n', 'Line 2: this is no JSON'],
    ['{"a":1}\n[1]\n', 'Line 2: this is no JSON object'],
    ['{"a":1}\n{"b":1}\n', 'Line 2: the field “a” is missing.'],
    ['{"a":1}\n{"a":"x"}\n', 'Line 2: “a” is “x”'],
    ['{"a":1}\n{"a":{}}\n', 'Line 2: the field “a” is no number or text.'],
    ['[{"a":1}]', 'Line 1: this is a JSON array'],
  ])('is refused by line and reason: %j', async (text, message) => {
    await expect(read(text, 'rows.ndjson')).rejects.toThrow(message)
  })
})

describe('the sample telemetry', () => {
  it('is the same for the same seed and has three columns of numbers', () => {
    const one = simulateTelemetry(500, 7)
    expect(one).toEqual(simulateTelemetry(500, 7))
    expect(one).not.toEqual(simulateTelemetry(500, 8))
    expect(one.numbers.map(({ name }) => name)).toEqual(['latency', 'input_length', 'errors'])
    expect(one.numbers.every(({ values }) => values.every((value) => value >= 0))).toBe(true)
  })
})
