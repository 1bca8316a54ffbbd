import { afterEach, expect, test, vi } from 'vitest'
import { nextTurn } from '#sentinel/runtime/timers.js'
import { Turn } from '#sentinel/runtime/turn.js'

function heard() {
  const taken: string[] = []
  return { taken, turn: new Turn<string>((item) => taken.push(item)) }
}

test('what comes up in one turn is handed on together when it ends, in the order it came', async () => {
  const { taken, turn } = heard()
  turn.add('a')
  await Promise.resolve().then(() => turn.add('b'))
  expect(taken).toEqual([])
  await nextTurn()
  expect(taken).toEqual(['a', 'b'])
})

test('what comes up meanwhile waits for the next turn', async () => {
  const taken: string[] = []
  const turn: Turn<string> = new Turn((item) => {
    taken.push(item)
    if (item === 'a') turn.add('after a')
  })
  turn.add('a')
  turn.add('b')
  await nextTurn()
  expect(taken).toEqual(['a', 'b'])
  await nextTurn()
  expect(taken).toEqual(['a', 'b', 'after a'])
})

test('a flush hands on at once, and nothing twice', async () => {
  const { taken, turn } = heard()
  turn.add('a')
  turn.flush()
  expect(taken).toEqual(['a'])
  turn.add('b')
  await nextTurn()
  expect(taken).toEqual(['a', 'b'])
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

test('where the runtime knows no turns, each is handed on as it comes', async () => {
  vi.stubGlobal('setImmediate', undefined)
  const bare: typeof import('#sentinel/runtime/turn.js') = await import(
    '#sentinel/runtime/turn.js?bare' as string
  )
  const taken: string[] = []
  new bare.Turn<string>((item) => taken.push(item)).add('a')
  expect(taken).toEqual(['a'])
})
