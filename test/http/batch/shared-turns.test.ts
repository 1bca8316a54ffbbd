import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { BatchLoad } from '#sentinel/http/batch/batch-load.js'
import { SharedTurns } from '#sentinel/http/batch/shared-turns.js'

/** Whether a timer that was set before has run by the end of a turn: without a rest none needs to. */
async function restsIn(turns: SharedTurns): Promise<boolean> {
  let ran = false
  setTimeout(() => {
    ran = true
  }, 1)
  await turns.next()
  return ran
}

test('rests while other requests come, and for some turns after one', async () => {
  let requests = 0
  const turns = new SharedTurns(() => requests)
  requests += 1
  expect(await restsIn(turns)).toBe(true)
  expect(await restsIn(turns)).toBe(true)
})

test('requests of an app count that are no batches', async () => {
  const app = Fastify()
  const load = new BatchLoad()
  load.watch(app)
  app.get('/', () => '')
  app.get('/bulk', { config: { bulk: true } }, () => '')
  const before = load.otherRequests
  await app.inject('/bulk')
  expect(load.otherRequests).toBe(before)
  const turns = load.turns()
  await app.inject('/')
  expect(load.otherRequests).toBe(before + 1)
  expect(await restsIn(turns)).toBe(true)
  await app.close()
})
