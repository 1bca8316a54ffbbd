import { once } from 'node:events'
import { request as ask } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { FRAMEWORKS } from './frameworks/index.mjs'
import { WatchedApp } from './watched.js'

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** Sends raw text on a connection of its own, and reads until the text has come that is waited for. */
async function raw(port: number, text: string, until: string, times = 1): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  let answer = ''
  socket.setEncoding('utf8').write(text)
  while (answer.split(until).length <= times) answer += String((await once(socket, 'data'))[0])
  return socket
}

const HEAD = 'HTTP/1.1\r\nhost: localhost\r\n\r\n'

describe.each(Object.entries(FRAMEWORKS))('%s', (_, start) => {
  test('a success and a thrown error have the pattern of their route, with the path it is mounted at', async () => {
    const app = await WatchedApp.start(start)
    expect((await fetch(app.url('/api/acme/ok/17?token=secret#here'))).status).toBe(200)
    await app.seen(1)
    expect((await fetch(app.url('/api/acme/boom/18?email=a@b.c'))).status).toBe(500)
    expect(await app.seen(2)).toEqual([
      { latency: expect.any(Number), input_length: 0, errors: 0, route: '/api/:tenant/ok/:id' },
      { latency: expect.any(Number), input_length: 0, errors: 1, route: '/api/:tenant/boom/:id' },
    ])
    expect(app.subject.watch.counts).toMatchObject({ judged: 2, broken: 0, unanswered: 0 })
  })

  test('what no route matches has one name, and nothing of the path or its query is told', async () => {
    const app = await WatchedApp.start(start)
    expect((await fetch(app.url('/wp-login.php?user=root'))).status).toBe(404)
    expect(await app.seen(1)).toMatchObject([{ route: 'unmatched', errors: 0 }])
    expect(JSON.stringify(app.sentinel.snapshot())).not.toMatch(/wp-login|root/)
  })

  test('bytes are those announced, or those that arrived', async () => {
    const app = await WatchedApp.start(start)
    const body = 'x'.repeat(50_002)
    const headers = { 'content-type': 'application/octet-stream' }
    await fetch(app.url('/upload'), { method: 'POST', headers, body })
    await app.seen(1)
    const sent = ask(app.url('/upload'), { method: 'POST', headers })
    sent.write(body.slice(0, 10_000))
    sent.write(body.slice(10_000, 30_000))
    sent.end(body.slice(30_000))
    const [answer] = await once(sent, 'response')
    expect(JSON.parse(String((await answer.toArray()).join('')))).toEqual({ length: 50_002 })
    expect(await app.seen(2)).toMatchObject([
      { input_length: 50_002, route: '/upload' },
      { input_length: 50_002, route: '/upload' },
    ])
  })

  test('an upload that is given up half-way is an error, with the bytes that arrived', async () => {
    const app = await WatchedApp.start(start)
    const head =
      'POST /upload HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n'
    const socket = connect(app.port, '127.0.0.1')
    socket.write(`${head}5\r\nhello\r\n`)
    await once(app.subject.server, 'request')
    // The chunk came in one packet with the headers.
    socket.destroy()
    expect(await app.seen(1)).toMatchObject([{ input_length: 5, errors: 1 }])
  })

  test('a caller that gives up is an error, with the time until it did', async () => {
    const app = await WatchedApp.start(start)
    const controller = new AbortController()
    const askedMs = performance.now()
    const asked = fetch(app.url('/slow'), { signal: controller.signal })
    await app.reached
    controller.abort()
    await expect(asked).rejects.toThrow()
    const [record] = await app.seen(1)
    expect(record).toMatchObject({ route: '/slow', errors: 1 })
    expect(record?.latency).toBeGreaterThan(0)
    expect(record?.latency).toBeLessThanOrEqual(performance.now() - askedMs)
    app.open()
    expect((await fetch(app.url('/slow'))).status).toBe(200)
    // The handler of the first has answered nobody by now, and is not reported again.
    expect(await app.seen(2)).toHaveLength(2)
  })

  test('an answer that breaks off is an error', async () => {
    const app = await WatchedApp.start(start)
    const socket = await raw(app.port, `GET /broken ${HEAD}`, 'half of')
    await once(socket, 'close')
    expect(await app.seen(1)).toMatchObject([{ route: '/broken', errors: 1 }])
  })

  test('a streamed answer is measured to its end; given up before that, it is an error', async () => {
    const app = await WatchedApp.start(start)
    const socket = await raw(app.port, `GET /stream ${HEAD}`, 'first')
    socket.destroy()
    expect(await app.seen(1)).toMatchObject([{ route: '/stream', errors: 1 }])
    app.open()
    expect(await (await fetch(app.url('/stream'))).text()).toBe('first last')
    expect((await app.seen(2))[1]).toMatchObject({ route: '/stream', errors: 0 })
  })

  test('to leave a stream of events is no error', async () => {
    const app = await WatchedApp.start(start)
    const socket = await raw(app.port, `GET /events ${HEAD}`, 'first')
    socket.destroy()
    expect(await app.seen(1)).toMatchObject([{ route: '/events', errors: 0 }])
  })

  test('an answer that the handler writes by hand is measured like any other', async () => {
    const app = await WatchedApp.start(start)
    expect(await (await fetch(app.url('/hijacked'))).text()).toBe('by hand')
    expect(await app.seen(1)).toMatchObject([{ route: '/hijacked', errors: 0 }])
  })

  test('HEAD and OPTIONS are requests like any other', async () => {
    const app = await WatchedApp.start(start)
    await fetch(app.url('/api/acme/ok/1'), { method: 'HEAD' })
    await app.seen(1)
    await fetch(app.url('/api/acme/ok/1'), { method: 'OPTIONS' })
    const [head, options] = await app.seen(2)
    expect(head).toMatchObject({ route: '/api/:tenant/ok/:id', errors: 0, input_length: 0 })
    expect(options).toMatchObject({ errors: 0, input_length: 0 })
  })

  test('answers 1xx that come before the answer are not taken for it', async () => {
    const app = await WatchedApp.start(start)
    await raw(app.port, `GET /hints ${HEAD}`, 'after hints')
    expect(await app.seen(1)).toMatchObject([{ route: '/hints', errors: 0 }])
    const head =
      'POST /upload HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\n'
    const socket = await raw(app.port, head, '100 Continue')
    socket.write('abc')
    expect((await app.seen(2))[1]).toMatchObject({ route: '/upload', errors: 0, input_length: 3 })
    socket.destroy()
  })

  test('pipelined requests are reported one by one, and all of them when the connection is lost', async () => {
    const app = await WatchedApp.start(start)
    const ok = `GET /api/acme/ok/1 ${HEAD}`
    const socket = await raw(app.port, ok.repeat(30), '\r\nok', 30)
    expect((await app.seen(30)).every(({ errors }) => errors === 0)).toBe(true)
    socket.write(`GET /slow ${HEAD}${ok}${ok}`)
    await app.reached
    socket.destroy()
    const lost = (await app.seen(33)).slice(30)
    expect(lost.map(({ route, errors }) => `${route} ${errors}`).sort()).toEqual([
      '/api/:tenant/ok/:id 1',
      '/api/:tenant/ok/:id 1',
      '/slow 1',
    ])
  })

  test('a connection that is upgraded is none of its business, and the one after it is', async () => {
    const app = await WatchedApp.start(start)
    app.subject.server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n')
    })
    const upgrade = 'GET /slow HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n'
    const socket = await raw(app.port, upgrade, '101 Switching')
    await once(socket, 'close')
    expect((await fetch(app.url('/api/acme/ok/1'))).status).toBe(200)
    expect(await app.seen(1)).toMatchObject([{ route: '/api/:tenant/ok/:id' }])
  })

  test('statuses below 500 count as errors where they are named', async () => {
    const app = await WatchedApp.start(start, { errorStatuses: [401, 429] })
    for (const [i, code] of [401, 429, 403, 404, 503].entries()) {
      await fetch(app.url(`/status/${code}`))
      await app.seen(i + 1)
    }
    expect(app.records.map(({ errors }) => errors)).toEqual([1, 1, 0, 0, 1])
  })

  test('the trace of a request is in its record, and an unreadable one is not', async () => {
    const app = await WatchedApp.start(start)
    const with_ = (traceparent: string) => fetch(app.url('/api/a/ok/1'), { headers: { traceparent } })
    await with_(TRACE)
    await app.seen(1)
    await with_('of my own')
    const [traced, other] = await app.seen(2)
    expect(traced).toMatchObject({ traceparent: TRACE })
    expect(other).not.toHaveProperty('traceparent')
  })

  test('each request has its verdict, which names the request itself', async () => {
    const app = await WatchedApp.start(start)
    await fetch(app.url('/api/acme/ok/1'))
    await app.seen(1)
    const [{ verdict, request }] = app.verdicts as [(typeof app.verdicts)[0]]
    expect(verdict).toMatchObject({ anomaly: null, verdict: { detector: 'learning' } })
    const { originalUrl, url, req } = request as { originalUrl?: string; url?: string; req?: { url: string } }
    expect(originalUrl ?? url ?? req?.url).toMatch(/\/api\/acme\/ok\/1$/)
  })

  test('a sentinel that is closed or fails costs the application nothing', async () => {
    const app = await WatchedApp.start(start)
    await app.sentinel.close()
    expect((await fetch(app.url('/api/acme/ok/1'))).status).toBe(200)
    await app.seen(1)
    expect(app.subject.watch.counts).toMatchObject({ judged: 0, unanswered: 1 })
    const judge = app.sentinel.judge as unknown as { mockImplementation(way: () => never): void }
    judge.mockImplementation(() => {
      app.records.push({ latency: 0, input_length: 0, errors: 0 })
      throw new Error('out of order')
    })
    expect((await fetch(app.url('/api/acme/ok/1'))).status).toBe(200)
    await app.seen(2)
    expect(app.subject.watch.counts).toMatchObject({ judged: 0, broken: 1 })
  })
})
