import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { gaussian, mulberry32 } from '../../../made-up/random.js'
import { type Ran, ran } from '../ran.js'

const folder = mkdtempSync(join(tmpdir(), 'sentinel-table-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (args: readonly string[], input = ''): Promise<Ran> => ran(args, { cwd: folder, input })

/** Two columns of numbers, one of text, a label; the last ten rows lie apart. */
function table(separator = ','): string {
  const random = mulberry32(7)
  const rows = Array.from({ length: 500 }, (_, i) => {
    const apart = i >= 490
    return [i, `host-${i % 3}`, gaussian(random) + (apart ? 12 : 0), 10 * gaussian(random), apart ? 1 : 0]
  })
  return [['row', 'host', 'a', 'b', 'label'], ...rows].map((cells) => cells.join(separator)).join('\n')
}

test('a forest is fitted, and finds what lies apart; the same table gives the same bytes', async () => {
  writeFileSync(join(folder, 'data.csv'), table())
  writeFileSync(join(folder, 'data.csv.gz'), gzipSync(table(';')))
  const fitted = await run([
    'fit',
    'data.csv',
    '-o',
    'one.bin',
    '--columns',
    'a,b',
    '--contamination',
    '0.02',
  ])
  expect(fitted).toEqual({
    code: 0,
    out: '',
    err: 'fitted on 500 rows of a, b\nnot looked at: row, host, label\n',
  })
  await run(['fit', 'data.csv.gz', '-o', 'two.bin', '--columns', 'a,b', '--contamination', '0.02'])
  expect(readFileSync(join(folder, 'two.bin'))).toEqual(readFileSync(join(folder, 'one.bin')))

  const scored = await run(['score', 'one.bin', 'data.csv'])
  expect(scored.code).toBe(0)
  const lines = scored.out.trim().split('\n')
  expect(lines[0]).toBe('row,host,a,b,label,score,anomalous')
  expect(lines).toHaveLength(501)
  expect(scored.err).toMatch(
    /^500 rows, \d+ anomalous, 0 without a score\n500 labelled: AUROC (0\.99\d|1\.000), /,
  )
  const forest = await IsolationForest.fromBytes(readFileSync(join(folder, 'one.bin')))
  const [, , a, b, , score] = (lines[17] as string).split(',').map(Number)
  expect(score).toBe(forest.score([a as number, b as number]))
})

test('by default all columns of numbers are looked at but the label, and gaps are counted', async () => {
  const text = table().split('\n')
  text[5] = '4,host-1,,1.5,0'
  text[6] = '5,host-1,NA,1.5,0'
  text[7] = '6,host-1,0.1'
  writeFileSync(join(folder, 'gaps.csv'), text.join('\n'))
  const fitted = await run(['fit', 'gaps.csv', '-o', 'gaps.bin'])
  expect(fitted.err).toBe(
    'fitted on 497 rows of row, a, b\nnot looked at: host, label\nleft out: 2 rows in which a number is missing\n' +
      'left out: 1 lines with another number of cells than the first\n',
  )
  const scored = await run(['score', 'gaps.bin', 'gaps.csv', '--format', 'ndjson'])
  const lines = scored.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { row: number; score: number | null })
  expect(lines).toHaveLength(500)
  expect(lines.filter(({ score }) => score === null).map(({ row }) => row)).toEqual([5, 6, 7])
  expect(scored.err).toContain('3 without a score')
})

test('a table without names, from the standard input', async () => {
  const bare = Array.from({ length: 100 }, (_, i) => `${i % 7}\t${i % 5}`).join('\n')
  expect((await run(['fit', '-', '-o', 'bare.bin'], bare)).err).toBe('fitted on 100 rows of 1, 2\n')
  const scored = await run(['score', 'bare.bin', '-'], bare)
  expect(scored.out.split('\n')).toHaveLength(101)
  expect(scored.out.split('\n')[0]).toMatch(/^0\t0\t0\.\d+\t[01]$/)
})

test.each([
  [['fit'], 2, 'fit needs one table'],
  [['fit', 'data.csv'], 2, 'fit needs -o and the file to write'],
  [
    ['fit', 'data.csv', '-o', 'x', '--columns', 'a,z'],
    2,
    'there is no column "z"; there are row, host, a, b, label',
  ],
  [['fit', 'data.csv', '-o', 'x', '--trees', 'many'], 2, '--trees must be a number'],
  [['fit', 'data.csv', '-o', 'x', '--trees', '5000'], 3, 'nTrees'],
  [['fit', 'none.csv', '-o', 'x'], 3, 'none.csv cannot be read: there is no such file'],
  [['fit', 'data.csv', '-o', 'none/x'], 3, 'none/x cannot be written'],
  [['score', 'one.bin'], 2, 'score needs a forest and a table'],
  [['score', 'data.csv', 'data.csv'], 3, 'data.csv cannot be used: it is neither forest bytes nor JSON'],
  [['score', 'one.bin', 'words.csv'], 3, 'words.csv cannot be used: it has no column a, b'],
  [['version', 'x'], 2, 'version takes no arguments'],
])('%j ends with %i and one line', async (args, code, message) => {
  writeFileSync(join(folder, 'words.csv'), 'x,y\n1,2\n')
  const ran = await run(args)
  expect([ran.code, ran.out]).toEqual([code, ''])
  expect(ran.err.split('\n')).toHaveLength(2)
  expect(ran.err).toContain(message)
})

test.each(['fit', 'score', 'version', 'watch', 'replay', 'prove'])('%s has a --help', async (command) => {
  const ran = await run([command, '--help'])
  expect([ran.code, ran.err]).toEqual([0, ''])
  expect(ran.out).toMatch(new RegExp(`^Usage: codeflow-sentinel ${command}`))
})

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect((await run(['version'])).out).toBe(`${version}\n`)
})
