import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { withoutGaps } from '../../web/playground/data/gaps.js'
import { readTable } from '../../web/playground/data/read-table.js'
import type { NumberColumn } from '../../web/playground/data/table.js'
import { simulateTelemetry } from '../../web/playground/data/telemetry-simulator.js'

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
    ['a,b\n', 'There is no row.'],
    ['', 'The file is empty.'],
    [' \n', 'The file is empty.'],
    ['a,b\nx,y\n', 'No value is a number'],
    [
      'a,b\n1,2,3\n',
      'There is no row. Left out (1): lines with more values than the first has; first on line 2.',
    ],
  ])('is refused only where nothing can be used: %j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message)
  })

  it('keeps a column of numbers one when a cell is empty, the first one too', async () => {
    expect(await numbers('latency,bytes\n41,512\n,498\n44,505\n')).toEqual({
      latency: [41, NaN, 44],
      bytes: [512, 498, 505],
    })
    expect(await numbers('x,y\n,1\n7,2\n9000,3\n')).toEqual({ x: [NaN, 7, 9000], y: [1, 2, 3] })
  })

  it.each(['', ' ', '-', 'null', 'NaN', 'NA', 'n/a', 'None', '\\N'])(
    'takes %j for an empty cell',
    async (cell) => {
      const table = await read(`a,b\n1,2\n3,${cell}\n`)
      expect(table.numbers[1]?.values).toEqual(Float64Array.of(2, NaN))
      expect(table.leftOut).toEqual([{ what: 'values of “b” that are empty', count: 1, line: 3 }])
    },
  )

  it('names and counts what it cannot use, and uses the rest', async () => {
    const table = await read(
      'a,b,a,ok\n1,2,3,true\n4,oops,6,false\n7\n1,2,3,true,5\n8,"9\n10,"11"x,12,true\n13,14,15,true\n',
    )
    expect(table.numbers.map(({ name, values }) => [name, ...values])).toEqual([
      ['a', 1, 4, 7, 13],
      ['b', 2, NaN, NaN, 14],
      ['a (2)', 3, 6, NaN, 15],
      ['ok', 1, 0, NaN, 1],
    ])
    expect([...table.lines]).toEqual([2, 3, 4, 8])
    expect(table.leftOut.map(({ what, count, line }) => `${count} ${what}, ${line}`)).toEqual([
      '1 lines whose last values are missing, 4',
      '1 lines with more values than the first has, 5',
      '2 lines with something behind a closing quote, 6',
      '1 values of “b” that are no number, 3',
      '1 values of “b” that are empty, 4',
      '1 values of “a (2)” that are empty, 4',
      '1 values of “ok” that are empty, 4',
    ])
  })

  it('leaves out the line of a quote that is never closed, and goes on behind it', async () => {
    const table = await read('a,b\n1,2\n3,"4\n5,6\n')
    expect(table.numbers.map(({ values }) => [...values])).toEqual([
      [1, 5],
      [2, 6],
    ])
    expect(table.leftOut).toEqual([{ what: 'lines with a quote that is never closed', count: 1, line: 3 }])
  })

  it('is read although some of it is no UTF-8, and in UTF-16', async () => {
    const bytes = Uint8Array.of(0x61, 0x0a, 0x31, 0x0a, 0xff, 0x0a, 0x32)
    const table = await readTable(new File([bytes], 'rows.csv'))
    expect([...(table.numbers[0]?.values ?? [])]).toEqual([1, NaN, 2])
    expect(table.leftOut[0]).toEqual({ what: 'characters that are no UTF-8', count: 1, line: 3 })
    const wide = Uint16Array.from('\uFEFFa;b\n1;2\n', (one) => one.charCodeAt(0))
    expect((await readTable(new File([wide], 'rows.csv'))).numbers).toHaveLength(2)
  })

  it('may be a report of JMeter, whose codes are sometimes words', async () => {
    const table = await read(
      'timeStamp,elapsed,label,responseCode,success,bytes\n1790000000100,84,Open,200,true,612\n' +
        '1790000000220,91,Open,500,false,350\n1790000000300,2,Open,Non HTTP response code: java.net.X,false,0\n',
      'results.jtl',
    )
    expect(table.numbers.map(({ name }) => name)).toEqual([
      'timeStamp',
      'elapsed',
      'responseCode',
      'success',
      'bytes',
    ])
    expect(table.leftOut).toEqual([
      { what: 'values of “responseCode” that are no number', count: 1, line: 4 },
    ])
  })
})

describe('a column', () => {
  const kinds = async (text: string) =>
    (await read(text)).numbers.map(({ name, kind = 'number', values }) => [name, kind, ...values])

  it.each([
    ['2026-11-26', 1_795_651_200],
    ['2026-11-26T10:05:03Z', 1_795_687_503],
    ['2026-11-26 10:05:03,250', 1_795_687_503.25],
    ['2026-11-26T12:05:03+02:00', 1_795_687_503],
    ['2026-11-26 10:05:03 UTC', 1_795_687_503],
    ['2026-11-26T12:05:03+0200', 1_795_687_503],
    ['[26/Nov/2026:10:05:03 +0000]', 1_795_687_503],
  ])('of dates as %s is one of seconds', async (date, seconds) => {
    expect(await kinds(`x;when\n1;${date}\n2;${date}\n`)).toEqual([
      ['x', 'number', 1, 2],
      ['when', 'date', seconds, seconds],
    ])
  })

  it.each(['26.11.2026', '11/26/2026', 'Thursday', '2026-13-45'])('of %s is none of dates', async (text) => {
    expect((await kinds(`x;when\n1;${text}\n`)).map(([name]) => name)).toEqual(['x'])
  })

  it('of Unix times is known by its name and its values, and stays as it is', async () => {
    expect(await kinds('timestamp,timeout,size\n1790000000100,30,1790000000\n1790000000900,31,5\n')).toEqual([
      ['timestamp', 'date', 1_790_000_000_100, 1_790_000_000_900],
      ['timeout', 'number', 30, 31],
      ['size', 'number', 1_790_000_000, 5],
    ])
  })

  it('may have gaps among its dates, and something that is none', async () => {
    const table = await read('when\n2026-01-01\n\nsoon\n-\n2026-01-02\n')
    expect(table.numbers[0]?.values).toEqual(Float64Array.of(1_767_225_600, NaN, NaN, 1_767_312_000))
    expect(table.leftOut).toEqual([
      { what: 'values of “when” that are no date', count: 1, line: 4 },
      { what: 'values of “when” that are empty', count: 1, line: 5 },
    ])
  })

  it('of text can be fitted by how often each comes, and is then all that a file needs', async () => {
    expect(await kinds('route\n/run\n/run\n/lint\n/run\n')).toEqual([['route', 'text', 3, 3, 1, 3]])
    expect((await read('route,x\n/run,1\n/run,2\n/lint,3\n')).texts).toEqual([
      { name: 'route', values: ['/run', '/run', '/lint'] },
    ])
  })
})

describe('a file that is packed', () => {
  const packed = (text: string) => new File([gzipSync(text)], 'rows.csv.gz')

  it('is read as what it holds', async () => {
    const table = await readTable(packed('a,b\n1,2\n3,4\n'))
    expect([table.name, table.nRows]).toEqual(['rows.csv', 2])
    expect((await readTable(packed('{"a":1}\n{"a":2}\n'))).numbers[0]?.values).toEqual(Float64Array.of(1, 2))
  })

  it('is refused where it is cut off, or unpacks to more than a page holds', async () => {
    const cut = gzipSync('a\n1\n2\n').subarray(0, 15)
    await expect(readTable(new File([cut], 'rows.gz'))).rejects.toThrow('it is damaged or cut off')
    const bomb = gzipSync(Buffer.alloc(101 * 2 ** 20, '1\n'))
    await expect(readTable(new File([bomb], 'rows.gz'))).rejects.toThrow('more than 100 MiB')
  })
})

it('reading tells how far it is', async () => {
  const heard: number[] = []
  const text = `a,b\n${'123456789,123456789\n'.repeat(50_000)}`
  await readTable(new File([text], 'rows.csv'), (share) => heard.push(share))
  expect(heard.length).toBeGreaterThanOrEqual(3)
  expect(heard).toEqual([...heard].sort((a, b) => a - b))
  expect(heard.at(-1)).toBeLessThanOrEqual(1)
})

describe('a file of JSON', () => {
  const columns = async (text: string) => {
    const { numbers } = await read(text, 'rows.json')
    return Object.fromEntries(numbers.map(({ name, values }) => [name, [...values]]))
  }

  it('has the fields of all its lines for columns, with gaps where a line lacks one', async () => {
    expect(await columns('{"a":41,"b":512}\n{"a":39,"b":530}\n{"a":2900,"b":520,"errors":9}\n')).toEqual({
      a: [41, 39, 2900],
      b: [512, 530, 520],
      errors: [NaN, NaN, 9],
    })
    const table = await read('{"a":41,"retry":0}\n{"a":39}\n', 'rows.ndjson')
    expect(table.numbers[1]?.values).toEqual(Float64Array.of(0, NaN))
    expect(table.leftOut).toEqual([{ what: 'values of “retry” that are empty', count: 1, line: 2 }])
  })

  it('goes into nested fields by their path, and into short lists by their places', async () => {
    expect(await columns('{"request":{"latency":41,"sizes":[1,2]}}\n{"request":{"latency":2900}}\n')).toEqual(
      {
        'request.latency': [41, 2900],
        'request.sizes.0': [1, NaN],
        'request.sizes.1': [2, NaN],
      },
    )
  })

  it('takes numbers that are written as text, and flags', async () => {
    const table = await read(
      '{"time":"0.005","ok":true,"route":"/a"}\n{"time":"0.000, 0.001","ok":false,"route":"/b"}\n{"time":"0.002","ok":true}\n',
      'nginx.json',
    )
    expect(table.numbers.map(({ name, values }) => [name, ...values])).toEqual([
      ['time', 0.005, NaN, 0.002],
      ['ok', 1, 0, 1],
    ])
    expect(table.texts).toEqual([{ name: 'route', values: ['/a', '/b', ''] }])
  })

  it('counts the lines that are no JSON, wherever they stand', async () => {
    const table = await read('nonsense\n{"a":1}\n{"a":\n7\n\n{"a":2}\n', 'rows.ndjson').catch(String)
    expect(table).toContain('No value is a number')
    const json = await read('{"a":1}\n{"a":\n7\n\n{"a":2}\n', 'rows.ndjson')
    expect([...json.lines]).toEqual([1, 5])
    expect(json.leftOut).toEqual([
      { what: 'lines that are no JSON', count: 1, line: 2 },
      { what: 'values that are no JSON objects', count: 1, line: 3 },
    ])
    expect((await read('{"a":\n{"a":1}\n', 'rows.ndjson')).nRows).toBe(1)
  })

  it.each([
    ['a list of objects', '[{"a":1},{"a":2}]'],
    ['the same over several lines', '[\n  {"a": 1},\n  {"a": 2}\n]\n'],
    ['an object that holds the rows', '{"took": 3, "rows": [{"a":1},{"a":2}]}'],
    ['the same over several lines', '{\n"rows": [{"a":1},\n{"a":2}]}'],
  ])('may be one document: %s', async (_, text) => {
    expect((await columns(text)).a).toEqual([1, 2])
  })

  it('may hold rows that are lists', async () => {
    expect(await columns('[1,2]\n[3,4]\n')).toEqual({ 'column 1': [1, 3], 'column 2': [2, 4] })
    expect(await columns('[[1,2],[3,4]]')).toEqual({ 'column 1': [1, 3], 'column 2': [2, 4] })
  })

  it('may be traces of OpenTelemetry: a row for each span', async () => {
    const span = (ms: number, code: number, status: string) => ({
      name: 'GET /items',
      startTimeUnixNano: '1544712660000000000',
      endTimeUnixNano: String(1544712660000000000n + BigInt(ms * 1e6)),
      attributes: [
        { key: 'http.response.status_code', value: { intValue: status } },
        { key: 'http.route', value: { stringValue: '/items' } },
      ],
      status: { code },
    })
    const traces = (...spans: object[]) => ({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeSpans: [{ spans }],
        },
      ],
    })
    const expected = [
      ['latency', 127.4, 12],
      ['errors', 1, 0],
      ['http.response.status_code', 500, 200],
    ]
    const one = JSON.stringify(traces(span(127.4, 2, '500'), span(12, 1, '200')))
    const lines = [traces(span(127.4, 2, '500')), traces(span(12, 1, '200'))].map((each) =>
      JSON.stringify(each),
    )
    for (const text of [one, lines.join('\n')]) {
      const table = await read(text, 'traces.json')
      expect(table.numbers.map(({ name, values }) => [name, ...values])).toEqual(expected)
      expect(table.texts.find(({ name }) => name === 'service')?.values).toEqual(['shop', 'shop'])
    }
  })
})

describe('an access log', () => {
  const LINE = '192.0.2.7 - - [25/Nov/2026:10:05:03 +0000] "GET /a/b.png HTTP/1.1" 200 20302'

  it('gives status, bytes, time and what is appended as numbers; a dash is an answer without a body', async () => {
    const table = await read(
      `${LINE} "-" "an \\"agent\\"" 1503\n${LINE.replace('200 20302', '304 -')} "-" "agent" 77\nnonsense\n`,
      'access.log',
    )
    expect(table.numbers.map(({ name, values }) => [name, ...values])).toEqual([
      ['status', 200, 304],
      ['bytes', 20302, 0],
      ['time', 1_795_601_103, 1_795_601_103],
      ['appended 1', 1503, 77],
    ])
    expect(table.texts[0]).toEqual({ name: 'path', values: ['/a/b.png', '/a/b.png'] })
    expect(table.leftOut).toEqual([{ what: 'lines that are no requests', count: 1, line: 3 }])
  })

  it('may be in the common format', async () => {
    expect((await read(`${LINE}\n`, 'access.log')).numbers.map(({ name }) => name)).toEqual([
      'status',
      'bytes',
      'time',
    ])
  })
})

describe('gaps', () => {
  it('cost the rows that have one in a chosen column, or get the median', async () => {
    const table = await read('a,b,c\n1,5,\n2,,x\n,7,y\n4,8,z\n')
    const [a, b] = table.numbers as [NumberColumn, NumberColumn]
    const without = withoutGaps(table, [a, b], 'leave-out')
    expect(without).toMatchObject({ affected: 2, table: { nRows: 2 } })
    expect(without.features.map(({ values }) => [...values])).toEqual([
      [1, 4],
      [5, 8],
    ])
    expect([...without.table.lines]).toEqual([2, 5])
    expect(without.table.texts[0]?.values).toEqual(['', 'z'])
    const filled = withoutGaps(table, [a, b], 'median')
    expect(filled.features.map(({ values }) => [...values])).toEqual([
      [1, 2, 2, 4],
      [5, 7, 7, 8],
    ])
    expect(withoutGaps(table, [a], 'leave-out').affected).toBe(1)
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
