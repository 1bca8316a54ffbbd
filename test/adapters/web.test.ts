import { Hono } from 'hono'
import { expect, onTestFinished, test, vi } from 'vitest'
import { watchRequests } from '#sentinel/adapters/hono.js'
import { nextTurn } from '#sentinel/runtime/timers.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { signal } from './watched.js'

const text = (value: string) => new TextEncoder().encode(value)

/** Hono as it runs in Deno, Bun and at the edge: web requests in, web responses out, no server of Node's. */
async function watchedApp() {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const judge = vi.spyOn(sentinel, 'judge')
  const app = new Hono()
  app.use(watchRequests({ sentinel }))
  app.get('/users/:id', (context) => context.text('ok'))
  app.get('/boom/:id', () => {
    throw new Error('broken on purpose')
  })
  app.onError((_error, context) => context.text('failed', 500))
  app.post('/upload', async (context) => context.json({ length: (await context.req.text()).length }))
  app.get('/events', () => {
    const body = new ReadableStream({
      pull: (stream) => stream.enqueue(text('data: tick\n\n')),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  })
  app.get('/chunks', () => {
    const body = new ReadableStream({
      pull: (stream) => stream.enqueue(text('more ')),
    })
    return new Response(body, { headers: { 'transfer-encoding': 'chunked' } })
  })
  // They are judged when a turn of the event loop brings no more.
  const records = async () => {
    await nextTurn()
    await nextTurn()
    return judge.mock.calls.map(([record]) => record)
  }
  return { app, records }
}

test('a success, a thrown error and what no route matches', async () => {
  const { app, records } = await watchedApp()
  await app.request('/users/17?token=secret')
  await app.request('/boom/17')
  await app.request('/wp-login.php')
  expect(await records()).toMatchObject([
    { route: '/users/:id', errors: 0, input_length: 0 },
    { route: '/boom/:id', errors: 1 },
    { route: 'unmatched', errors: 0 },
  ])
})

test('bytes are those announced, or those that were read', async () => {
  const { app, records } = await watchedApp()
  const body = 'x'.repeat(50_002)
  await app.request('/upload', { method: 'POST', body, headers: { 'content-length': '50002' } })
  const stream = new Blob([body]).stream()
  const answer = await app.request('/upload', { method: 'POST', body: stream, duplex: 'half' } as RequestInit)
  expect(await answer.json()).toEqual({ length: 50_002 })
  expect(await records()).toMatchObject([{ input_length: 50_002 }, { input_length: 50_002 }])
})

test('a stream is measured to its end; left before that it is an error, but not where events are streamed', async () => {
  const { app, records } = await watchedApp()
  for (const path of ['/chunks', '/events']) {
    const answer = await app.request(path)
    const reader = answer.body?.getReader()
    await reader?.read()
    expect((await records()).filter(({ route }) => route === path)).toEqual([])
    await reader?.cancel()
    await vi.waitFor(async () => expect((await records()).some(({ route }) => route === path)).toBe(true))
  }
  expect(await records()).toMatchObject([
    { route: '/chunks', errors: 1 },
    { route: '/events', errors: 0 },
  ])
})

test('a caller that gives up is an error at once', async () => {
  const { app, records } = await watchedApp()
  const [opened, open] = signal()
  const [reached, reach] = signal()
  app.get('/slow', async (context) => {
    reach()
    await opened
    return context.text('late')
  })
  const caller = new AbortController()
  const answer = app.request('/slow', { signal: caller.signal })
  await reached
  caller.abort()
  expect(await records()).toMatchObject([{ route: '/slow', errors: 1 }])
  open()
  expect(await (await answer).text()).toBe('late')
  expect(await records()).toHaveLength(1)
})

test('what has ended is judged before the adapter is closed', async () => {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const watch = watchRequests({ sentinel })
  const app = new Hono()
  app.use(watch)
  app.get('/users/:id', (context) => context.text('ok'))
  await app.request('/users/17')
  expect(watch.counts.judged).toBe(0)
  await watch.close()
  expect(watch.counts.judged).toBe(1)
})
