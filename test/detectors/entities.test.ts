import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startApp } from '../http/subject.js'
import { appWith, batch, inMemory, ownFolder, SHOP, settings, shown, steps } from './configured.js'

/** The names of the files that baselines are kept in. */
function files(folder: string): string[] {
  const dir = join(folder, 'detectors')
  return existsSync(dir) ? readdirSync(dir).sort() : []
}

const OF_CHECKOUT = /^checkout(\.[\da-f]{32})?\.state$/

test('with all places taken a newcomer shares a baseline until it keeps coming, then the least recently used goes', async () => {
  const app = await appWith(SHOP)
  for (const service of ['a', 'b', 'c']) await batch(app, steps(service, 60), 'checkout')
  await batch(app, steps('a', 1), 'checkout')
  await batch(app, steps('d', 15), 'checkout')
  const three = await inMemory(app, 'checkout')
  expect(three).toEqual({ a: 61, b: 60, c: 60 })
  // The latest first.
  expect(Object.keys(three)).toEqual(['a', 'c', 'b'])
  expect((await shown(app, 'checkout')).records).toBe(15)
  await batch(app, steps('d', 10), 'checkout')
  expect(await inMemory(app, 'checkout')).toEqual({ a: 61, c: 60, d: 10 })
  expect((await shown(app, 'checkout')).entities).toMatchObject({ places: 3, set_aside: 0, forgotten: 1 })
})

test('a record that does not say whose it is is judged by the shared baseline', async () => {
  const app = await appWith(SHOP)
  const nameless = steps('a', 4).map(({ service: _, ...rest }) => rest)
  await batch(
    app,
    [...nameless, ...nameless.map((one) => ({ ...one, service: null })), { ms: 5, service: '' }],
    'checkout',
  )
  expect(await inMemory(app, 'checkout')).toEqual({})
  expect((await shown(app, 'checkout')).records).toBe(9)
})

test('what is no record, is tried out or is not judged gets no baseline', async () => {
  const app = await appWith(SHOP.replace('from: /ms, unit: ms', 'from: /ms, missing: skip'))
  const send = (query: string, payload: object) =>
    app.inject({ method: 'POST', url: `/detectors/checkout/analyze-flow${query}`, payload })
  expect((await send('', { service: { a: 1 }, ms: 1, items: 1 })).statusCode).toBe(400)
  expect((await send('', { service: 'x', ms: 'fast', items: 1 })).statusCode).toBe(400)
  expect((await send('?learn=false', { service: 'x', ms: 1, items: 1 })).statusCode).toBe(200)
  expect((await send('', { service: 'x', items: 1 })).json()).toEqual({ status: 'OK' })
  expect(await inMemory(app, 'checkout')).toEqual({})
})

test('names that are no plain line are told apart, and mean nothing to the file system', async () => {
  const folder = ownFolder()
  const app = await appWith(SHOP.replace('entities: 3', 'entities: 20'), { SENTINEL_STATE_DIR: folder })
  const names = [
    '../x',
    '__proto__',
    'constructor',
    'a\nb',
    'a b',
    'a\u0000b',
    'é',
    'e\u0301',
    7,
    `${'x'.repeat(1999)}1`,
    `${'x'.repeat(1999)}2`,
  ]
  for (const service of names)
    await batch(
      app,
      steps(String(service), 50).map((one) => ({ ...one, service })),
      'checkout',
    )
  const known = Object.keys(await inMemory(app, 'checkout'))
  expect(known).toHaveLength(names.length)
  for (const name of known) {
    expect(name.length).toBeLessThanOrEqual(120)
    expect(name).toMatch(/^[^\p{Cc}]+$/u)
  }
  expect(known).toEqual(expect.arrayContaining(['../x', '__proto__', 'constructor', 'a b', '7']))
  const [judged] = await batch(app, [{ service: 'y'.repeat(10_000), ms: 1, items: 1 }], 'checkout')
  expect(judged).toMatchObject({ line: 1, error: { message: expect.stringContaining('service') } })
  await app.close()
  expect(files(folder)).toHaveLength(names.length)
  for (const file of files(folder)) expect(file).toMatch(OF_CHECKOUT)
  expect(readdirSync(folder)).toEqual(['detectors'])
})

test('a baseline that made room is there again when its entity comes back, and judges as if it had stayed', async () => {
  const folder = ownFolder()
  const [a, d] = [steps('a', 300, 5), steps('d', 40, 6)]
  const app = await appWith(SHOP, { SENTINEL_STATE_DIR: folder })
  const stayed = await appWith(SHOP)
  for (const each of [app, stayed]) {
    await batch(each, a.slice(0, 200), 'checkout')
    for (const service of ['b', 'c']) await batch(each, steps(service, 60), 'checkout')
  }
  await batch(app, d, 'checkout')
  expect(Object.keys(await inMemory(app, 'checkout')).sort()).toEqual(['b', 'c', 'd'])
  expect((await shown(app, 'checkout')).entities).toMatchObject({ set_aside: 1, forgotten: 0 })
  const detail = async (each: typeof app, record: object) => {
    const url = '/detectors/checkout/analyze-flow?detail=true'
    const { detail: said } = (await each.inject({ method: 'POST', url, payload: record })).json()
    return [said.score, said.p, said.generation]
  }
  for (const record of a.slice(200)) expect(await detail(app, record)).toEqual(await detail(stayed, record))
  expect(await inMemory(app, 'checkout')).toMatchObject({ a: 300 })
})

test('after a restart every baseline goes on where it was', async () => {
  const folder = ownFolder()
  const environment = { SENTINEL_STATE_DIR: folder }
  const first = await appWith(SHOP, environment)
  await batch(first, [...steps('a', 120), ...steps('b', 70)], 'checkout')
  await batch(first, steps('', 30), 'checkout')
  await batch(first, [{ latency: 12, input_length: 3, errors: 0 }])
  await first.close()
  const second = await appWith(SHOP, environment)
  expect((await shown(second, 'default')).records).toBe(1)
  expect((await shown(second, 'checkout')).records).toBe(30)
  expect(await inMemory(second, 'checkout')).toEqual({})
  await batch(second, [...steps('a', 1), ...steps('b', 1)], 'checkout')
  expect(await inMemory(second, 'checkout')).toEqual({ a: 121, b: 71 })
})

test('a state of before there were detectors is that of default, and one of detectors is read without them', async () => {
  const environment = { SENTINEL_STATE_DIR: ownFolder(), SENTINEL_FIT: 'sync' }
  const records = Array.from({ length: 90 }, (_, i) => ({
    latency: 20 + (i % 7),
    input_length: 9,
    errors: 0,
  }))
  const before = await startApp(environment)
  await batch(before, records)
  await before.close()
  const several = await appWith(SHOP, environment)
  expect(await shown(several, 'default')).toMatchObject({ records: 90, trained: true })
  await batch(several, records)
  await several.close()
  const after = await startApp(environment)
  expect(await shown(after, 'default')).toMatchObject({ records: 180, trained: true })
})

test('a file of a baseline that is damaged, or is another one’s, is set aside, and the entity begins afresh', async () => {
  const folder = ownFolder()
  const environment = { SENTINEL_STATE_DIR: folder }
  const first = await appWith(SHOP, environment)
  await batch(first, [...steps('a', 120), ...steps('b', 70), ...steps('', 5)], 'checkout')
  await first.close()
  const dir = join(folder, 'detectors')
  for (const name of files(folder)) writeFileSync(join(dir, name), 'nothing')
  const second = await appWith(SHOP, environment)
  await batch(second, [...steps('a', 1), ...steps('b', 1)], 'checkout')
  expect(await inMemory(second, 'checkout')).toEqual({ a: 1, b: 1 })
  while (files(folder).filter((name) => name.includes('damaged')).length < 3)
    await new Promise((resolve) => setImmediate(resolve))
})

test('a folder where nothing can be kept stops nobody', async () => {
  const folder = ownFolder()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'detectors'), 'in the way')
  const app = await appWith(SHOP, { SENTINEL_STATE_DIR: folder })
  for (const service of ['a', 'b', 'c']) await batch(app, steps(service, 60), 'checkout')
  await batch(app, steps('d', 60), 'checkout')
  expect(Object.keys(await inMemory(app, 'checkout')).sort()).toEqual(['b', 'c', 'd'])
  await app.close()
})

test('any number of names costs a bounded number of baselines, files and exchanges', async () => {
  const folder = ownFolder()
  const app = await appWith(SHOP, { SENTINEL_STATE_DIR: folder, SENTINEL_FIT: 'background' })
  await batch(
    app,
    ['a', 'b', 'c'].flatMap((service) => steps(service, 100)),
    'checkout',
  )
  for (let round = 0; round < 4; round++) {
    const strangers = Array.from({ length: 3000 }, (_, i) => ({ service: `s${round}-${i}`, ms: 1, items: 1 }))
    await batch(app, strangers, 'checkout')
    await batch(app, [...steps('a', 1), ...steps('b', 1), ...steps('c', 1)], 'checkout')
  }
  expect(Object.keys(await inMemory(app, 'checkout')).sort()).toEqual(['a', 'b', 'c'])
  // Names that keep coming, many of them in turn: each asks for a place.
  const turns = Array.from({ length: 10_000 }, (_, i) => ({
    service: `t${Math.floor(i / 20)}`,
    ms: 1,
    items: 1,
  }))
  await batch(app, turns, 'checkout')
  const { entities } = await shown(app, 'checkout')
  expect((entities?.set_aside ?? 0) + (entities?.forgotten ?? 0)).toBeLessThan(100)
  await app.close()
  expect(files(folder).length).toBeLessThanOrEqual(4 * 3 + 1)
})

test('entities beyond what files are kept of lose the one that was used longest ago', async () => {
  const folder = ownFolder()
  const environment = { SENTINEL_STATE_DIR: folder, ...settings(SHOP.replace('entities: 3', 'entities: 1')) }
  const app = await startApp({ SENTINEL_FIT: 'sync', ...environment })
  for (const service of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await batch(app, steps(service, 80), 'checkout')
  await app.close()
  expect(files(folder)).toHaveLength(4 + 1)
})
