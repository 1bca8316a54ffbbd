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

/** What is handed on; a 0 begins another list. */
function gathering(enough: number) {
  const batches: number[][] = []
  const turn = new Turn<number>((item) => {
    if (item === 0) batches.push([])
    batches.at(-1)?.push(item)
  }, enough)
  return { batches, turn }
}

test('more is gathered turn after turn, until one brings nothing new', async () => {
  const { batches, turn } = gathering(64)
  turn.add(0)
  turn.add(1)
  await nextTurn()
  turn.add(2)
  await nextTurn()
  turn.add(3)
  await nextTurn()
  expect(batches).toEqual([])
  await nextTurn()
  expect(batches).toEqual([[0, 1, 2, 3]])
})

test('what is alone in its turn does not wait', async () => {
  const { batches, turn } = gathering(64)
  turn.add(0)
  await nextTurn()
  expect(batches).toEqual([[0]])
})

test('enough is handed on at the end of its turn', async () => {
  const { batches, turn } = gathering(3)
  for (let i = 0; i < 3; i++) turn.add(i)
  await nextTurn()
  expect(batches).toEqual([[0, 1, 2]])
})

test('however many turns bring more, nothing waits longer than 5 ms and a turn', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const { batches, turn } = gathering(64)
  turn.add(0)
  for (let i = 1; i < 20 && batches.length === 0; i++) {
    turn.add(i)
    vi.advanceTimersByTime(2)
    await nextTurn()
  }
  expect(batches).toEqual([[0, 1, 2, 3, 4]])
})

test('what was gathered may be flushed, and what comes then is gathered anew', async () => {
  const { batches, turn } = gathering(64)
  turn.add(0)
  turn.add(1)
  await nextTurn()
  turn.flush()
  expect(batches).toEqual([[0, 1]])
  turn.add(0)
  turn.add(1)
  await nextTurn()
  turn.add(2)
  await nextTurn()
  await nextTurn()
  expect(batches).toEqual([
    [0, 1],
    [0, 1, 2],
  ])
})

afterEach(() => {
  vi.useRealTimers()
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
