import { appendFileSync, copyFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until } from '../../until.js'
import { ATTACK, folder, line, ordinary, Watched } from './watched.js'

/** Each attack is told apart by its route, so that one that is lost or told twice shows. */
const attack = (name: string): string => line({ ...ATTACK, route: `/attack/${name}` })
const NDJSON = ['--output', 'ndjson'] as const
/** Of attacks alone: ordinary records, too, may exceed a static limit, which decides at first. */
const routesIn = (watched: Watched): string[] =>
  watched.alerts.map(({ route }) => String(route)).filter((route) => route.startsWith('/attack/'))

describe('a file', () => {
  test('is followed from its end on, line by line, and a half line is waited for', async () => {
    const file = join(folder(), 'access.log')
    writeFileSync(file, ordinary(10) + attack('before'))
    const watched = new Watched([file, ...NDJSON])
    await watched.follows()
    appendFileSync(file, ordinary(5) + attack('one').slice(0, 20))
    appendFileSync(file, attack('one').slice(20))
    await watched.told(1)
    expect(routesIn(watched)).toEqual(['/attack/one'])
    expect(await watched.stop('SIGTERM')).toBe(0)
    expect(watched.err).toMatch(
      /\n6 records judged, 1 alerts, 0 lines were no records, 0 records were lost\n$/,
    )
  })

  test('that is not there yet is waited for, and read from its beginning', async () => {
    const file = join(folder(), 'later.log')
    const watched = new Watched([file, ...NDJSON])
    await until(async () => watched.err === `${file}: is not there yet\n`, 'looking')
    writeFileSync(file, ordinary(5) + attack('first'))
    await watched.told(1)
    expect(await watched.stop()).toBe(0)
    expect(watched.err).toMatch(/\n6 records judged, 1 alerts/)
  })

  test('that is renamed is read to its end, and the new one from its beginning', async () => {
    const file = join(folder(), 'access.log')
    writeFileSync(file, '')
    const watched = new Watched([file, '--format', 'ndjson', ...NDJSON])
    await watched.follows()
    for (const turn of ['a', 'b', 'c']) {
      appendFileSync(file, attack(`${turn}-last`))
      renameSync(file, `${file}.1`)
      // A writer that does not know yet.
      appendFileSync(`${file}.1`, attack(`${turn}-late`))
      writeFileSync(file, attack(`${turn}-first`))
      appendFileSync(`${file}.1`, attack(`${turn}-latest`))
      await watched.told(4 * ('abc'.indexOf(turn) + 1))
    }
    const expected = ['a', 'b', 'c'].flatMap((turn) =>
      ['last', 'late', 'first', 'latest'].map((name) => `/attack/${turn}-${name}`),
    )
    expect(routesIn(watched).sort()).toEqual(expected.sort())
    await watched.stop()
  })

  test('that is copied and emptied is read from its new beginning, however fast it has grown', async () => {
    const file = join(folder(), 'access.log')
    writeFileSync(file, ordinary(3))
    const watched = new Watched([file, ...NDJSON])
    await watched.follows()
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
    appendFileSync(file, attack('short'))
    await watched.told(1)
    truncateSync(file)
    // Longer than it was when it was emptied.
    appendFileSync(file, attack('long') + ordinary(300))
    await watched.told(2)
    expect(routesIn(watched)).toEqual(['/attack/short', '/attack/long'])
    await watched.stop()
  })

  test('with columns has its names, where it was begun and where it begins anew', async () => {
    const file = join(folder(), 'table.csv')
    const head = 'route,latency,input_length,errors\n'
    writeFileSync(file, `${head}/a,1,1,0\n`)
    const watched = new Watched([file, ...NDJSON])
    await watched.follows()
    appendFileSync(file, '/attack/begin,90000,5,9\n')
    await watched.told(1)
    renameSync(file, `${file}.1`)
    writeFileSync(file, `errors,latency,input_length,route\n9,90000,5,/attack/anew\n`)
    await until(async () => routesIn(watched).includes('/attack/anew'), 'the new file')
    await watched.stop()
    expect(watched.err).toMatch(/ 0 lines were no records/)
  })

  test('may be read from its start, at the times of its records', async () => {
    const file = join(folder(), 'access.log')
    const combined = (route: string, status: number, seconds: string) =>
      `203.0.113.9 - - [01/Jan/2026:00:00:00 +0000] "GET ${route} HTTP/1.1" ${status} 1 "-" "-" ${seconds}\n`
    writeFileSync(file, `${combined('/a', 200, '0.1')}no line\n${combined('/slow', 500, '90.0')}`)
    const watched = new Watched([file, '--format', 'combined', '--from-start'])
    await watched.told(1)
    expect(watched.out).toMatch(
      /^2026-01-01T00:00:00\+00:00 {2}\w+ +\/slow {2}latency 90000 ms, size 0, errors 1 {2}\w/,
    )
    await watched.stop()
    expect(watched.err).toContain(`${file}: a line is no record: it is no line of the combined log format`)
    expect(watched.err).toContain('2 records judged, 1 alerts, 1 lines were no records')
  })
})

describe('the standard input', () => {
  test('is judged to its end', async () => {
    const watched = new Watched(['-', ...NDJSON])
    watched.child.stdin.end(`${ordinary(500)}${attack('last').trimEnd()}`)
    expect(await watched.exit).toBe(0)
    expect(routesIn(watched)).toContain('/attack/last')
    expect(watched.err).toMatch(/^501 records judged/)
  })

  test('ends with a signal, though nobody has closed it', async () => {
    const watched = new Watched(['-', ...NDJSON])
    watched.child.stdin.write(attack('one'))
    await watched.told(1)
    expect(await watched.stop('SIGTERM')).toBe(0)
    expect(watched.err).toMatch(/^1 records judged/)
  })
})

test('whoever reads the alerts may go away', async () => {
  const watched = new Watched(['-', ...NDJSON])
  watched.child.stdout.destroy()
  const feed = setInterval(() => watched.child.stdin.write(attack('x')), 20)
  watched.child.stdin.on('error', () => {})
  expect(await watched.exit).toBe(0)
  clearInterval(feed)
})

test.each([
  [[], 2, 'needs a file'],
  [['x', '--format', 'xml'], 2, '--format must be one of ndjson'],
  [['x', '--output', 'xml'], 2, '--output must be one of text, ndjson'],
  [['x', '--to', 'ftp://a'], 2, '--to must be http://host:port'],
  [['x', '--buffer', '0'], 2, '--buffer must be a whole number from 1'],
  [['x', '--loud'], 2, "Unknown option '--loud'"],
  [['/', '--format', 'ndjson'], 3, '/ cannot be read: it is no file'],
])('%j ends with %i and one line', async (args, code, message) => {
  const watched = new Watched(args)
  expect(await watched.exit).toBe(code)
  expect(watched.err.split('\n').at(-2)).toContain(message)
})

test('an unknown kind of file is said', async () => {
  const watched = new Watched(['-'])
  watched.child.stdin.end('hello world\n')
  expect(await watched.exit).toBe(3)
  expect(watched.err).toContain('- is of no kind that is known by its first line')
})

test('what was learnt is kept, and a second one beside it is told that it keeps nothing', async () => {
  const environment = { SENTINEL_STATE_DIR: join(folder(), 'state') }
  const first = new Watched(['-', ...NDJSON], environment)
  first.child.stdin.write(ordinary(200) + attack('one'))
  await first.told(1)
  const second = new Watched(['-'], environment)
  second.child.stdin.end(ordinary(1))
  expect(await second.exit).toBe(0)
  expect(second.err).toMatch(/^codeflow-sentinel: the state is kept by .*\n1 records judged/)
  expect(await first.stop('SIGTERM')).toBe(0)
  const { size } = statSync(join(environment.SENTINEL_STATE_DIR, 'sentinel.state'))
  expect(size).toBeGreaterThan(1000)
})
