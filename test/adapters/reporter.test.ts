import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { RequestVerdict } from '#sentinel/adapters/options.js'
import { Watch } from '#sentinel/adapters/watch.js'
import type { Exchange } from '#sentinel/telemetry/exchange.js'
import { historySize, startApp } from '../http/subject.js'
import { WAIT } from './watched.js'

const ORDINARY: Exchange = { latencyMs: 120, inputLength: 1800, status: 200, failed: false }
const SLOW: Exchange = { ...ORDINARY, latencyMs: 9000 }

type Options = {
  token?: string
  queueMax?: number
  onVerdict?: (verdict: RequestVerdict, name: string) => void
}

function watchOf(report: string, options: Options = {}): Watch<string> {
  const watch = new Watch<string>({ report, ...options })
  onTestFinished(() => watch.close())
  return watch
}

/** A sidecar that answers as it is told. */
async function standIn(answer: (server: Server) => void): Promise<string> {
  const server = createServer()
  answer(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('records reach the sidecar, and its anomalies come back with their requests', async () => {
  const app = await startApp({ SENTINEL_API_TOKEN: 'a-token-of-some-length' })
  const report = await app.listen({ host: '127.0.0.1', port: 0 })
  const heard: [RequestVerdict, string][] = []
  const onVerdict = (verdict: RequestVerdict, name: string) => void heard.push([verdict, name])
  const watch = watchOf(report, { token: 'a-token-of-some-length', onVerdict })
  watch.ended(ORDINARY, '/run', 'first')
  watch.ended(SLOW, '/run', 'second')
  await vi.waitFor(() => expect(watch.counts.judged).toBe(2), WAIT)
  expect(watch.counts).toMatchObject({ anomalies: 1, broken: 0, overflowed: 0, unanswered: 0 })
  expect(heard).toEqual([
    [
      {
        anomaly: {
          id: expect.stringMatching(/^[\w-]{8,}$/),
          action: 'freeze',
          reason: expect.any(String),
          confidence: expect.any(Number),
        },
      },
      'second',
    ],
  ])
})

test('over a Unix socket, too', async () => {
  const app = await startApp()
  const path = join(tmpdir(), `sentinel-${process.pid}-${Date.now()}.sock`)
  await app.listen({ path })
  const watch = watchOf(`unix:${path}`)
  watch.ended(ORDINARY, '/run', '')
  await watch.close()
  expect(watch.counts).toMatchObject({ judged: 1, unanswered: 0 })
  expect(await historySize(app)).toBe(1)
})

test('a thousand records are a few requests, in order, and close sends what is left', async () => {
  const batches: number[][] = []
  const report = await standIn((server) =>
    server.on('request', async (request, response) => {
      const body: string[] = await request.setEncoding('utf8').toArray()
      const records = body
        .join('')
        .split('\n')
        .map((line) => JSON.parse(line))
      batches.push(records.map(({ latency }) => latency))
      response.end(JSON.stringify({ accepted: records.length, rejected: 0, threats: 0 }))
    }),
  )
  const watch = watchOf(report)
  for (let i = 0; i < 1000; i++) watch.ended({ ...ORDINARY, latencyMs: i }, '/run', '')
  await watch.close()
  expect(batches.length).toBeLessThanOrEqual(6)
  expect(batches.flat()).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect(watch.counts).toMatchObject({ judged: 1000, overflowed: 0, unanswered: 0 })
  watch.ended(ORDINARY, '/run', 'too late')
  expect(watch.counts.unanswered).toBe(1)
})

test('with a prefix in the address, and asked by its name', async () => {
  const seen: (string | undefined)[] = []
  const report = await standIn((server) =>
    server.on('request', (request, response) => {
      seen.push(request.url, request.headers['content-type'], request.headers.authorization)
      response.end('{"accepted":1,"rejected":0,"threats":0}')
    }),
  )
  const watch = watchOf(`${report}/behind/a/proxy/`, { token: '' })
  watch.ended(ORDINARY, '/run', '')
  await watch.close()
  expect(seen).toEqual([
    '/behind/a/proxy/analyze-flow/batch?answer=summary',
    'application/x-ndjson',
    undefined,
  ])
})

test('neither a user nor a query string leaves the process', async () => {
  const bodies: string[] = []
  const report = await standIn((server) =>
    server.on('request', async (request, response) => {
      bodies.push(String((await request.setEncoding('utf8').toArray()).join('')))
      response.end('{"accepted":1,"rejected":0,"threats":0}')
    }),
  )
  const watch = watchOf(report)
  watch.ended(ORDINARY, '/users?token=secret&user_id=u-17', 'u-17')
  await watch.close()
  expect(bodies).toHaveLength(1)
  expect(JSON.parse(bodies[0] as string)).toEqual({
    latency: 120,
    input_length: 1800,
    errors: 0,
    route: '/users',
  })
})

test.each([
  ['gone', async () => 'http://127.0.0.1:1'],
  ['a socket that is not there', async () => `unix:${join(tmpdir(), 'no-such.sock')}`],
  [
    'hanging up',
    async () => {
      const server = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
      await once(server, 'listening')
      onTestFinished(() => void server.close())
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
  ],
  [
    'not what it should be',
    () => standIn((server) => server.on('request', (_, response) => response.end('<html>'))),
  ],
  ['answering null', () => standIn((server) => server.on('request', (_, response) => response.end('null')))],
  [
    'not letting us in',
    () => standIn((server) => server.on('request', (_, response) => response.writeHead(401).end())),
  ],
])('a sidecar that is %s costs the records, which are counted', async (_, start) => {
  const watch = watchOf(await start())
  for (let i = 0; i < 10; i++) watch.ended(ORDINARY, '/run', '')
  await vi.waitFor(() => expect(watch.counts.unanswered).toBe(10), WAIT)
  expect(watch.counts).toMatchObject({ judged: 0, overflowed: 0 })
})

test('a sidecar that is silent costs a queue of bounded length, and no time', async () => {
  const watch = watchOf(await standIn((server) => server.on('request', () => {})), { queueMax: 500 })
  for (let i = 0; i < 2000; i++) watch.ended(ORDINARY, '/run', '')
  // One batch of 256 is under way, 500 wait.
  expect(watch.counts.overflowed).toBe(2000 - 256 - 500)
})

test('a batch that was turned away is sent again, before those that came after it', async () => {
  const taken: number[] = []
  let asked = 0
  const report = await standIn((server) =>
    server.on('request', async (request, response) => {
      if (asked++ < 2) {
        request.resume()
        response.writeHead(asked === 1 ? 429 : 503, { 'retry-after': '1' }).end()
        return
      }
      const records = String((await request.setEncoding('utf8').toArray()).join(''))
        .split('\n')
        .map((line) => JSON.parse(line))
      taken.push(...records.map(({ latency }) => latency))
      response.end(JSON.stringify({ accepted: records.length, rejected: 0, threats: 0 }))
    }),
  )
  const watch = watchOf(report)
  watch.ended({ ...ORDINARY, latencyMs: 1 }, '/run', '')
  await vi.waitFor(() => expect(asked).toBeGreaterThan(0), WAIT)
  watch.ended({ ...ORDINARY, latencyMs: 2 }, '/run', '')
  await vi.waitFor(() => expect(watch.counts.judged).toBe(2), WAIT)
  expect(taken).toEqual([1, 2])
  expect(watch.counts).toMatchObject({ judged: 2, unanswered: 0 })
})

test('what a record cannot be is counted and dropped by the sidecar, and the others are judged', async () => {
  const app = await startApp()
  const report = await app.listen({ host: '127.0.0.1', port: 0 })
  const watch = watchOf(report)
  watch.ended({ ...ORDINARY, latencyMs: Number.NaN }, '/run', '')
  watch.ended(ORDINARY, '/run', '')
  await watch.close()
  expect(watch.counts).toMatchObject({ judged: 1, broken: 1 })
})

test('what onVerdict throws, or rejects with, is counted and goes no further', async () => {
  const app = await startApp()
  const report = await app.listen({ host: '127.0.0.1', port: 0 })
  const ways: NonNullable<Options['onVerdict']>[] = [
    () => {
      throw new Error('of the host')
    },
    async () => {
      throw new Error('of the host, later')
    },
  ]
  for (const onVerdict of ways) {
    const watch = watchOf(report, { onVerdict })
    watch.ended(SLOW, '/run', '')
    await vi.waitFor(() => expect(watch.counts.callbackErrors).toBe(1), WAIT)
  }
})

test.each([
  [{}, 'give either `sentinel`'],
  [{ report: 'localhost:8000' }, 'report is http://host:port'],
  [{ report: 'ftp://host' }, 'report is http://host:port'],
  [{ report: 'unix:' }, 'path of a socket'],
  [{ report: 'http://user:secret@host' }, 'carries no user and password'],
  [{ report: 'http://host', queueMax: 0 }, 'queueMax'],
  [{ report: 'http://host', errorStatuses: [404, 500] }, '500 is none'],
])('options that cannot be meant are refused at the start: %j', (options, message) => {
  expect(() => new Watch(options as never)).toThrow(message)
})

test('what is on its way when the time for a close is up counts as unanswered, whatever comes of it later', async () => {
  let answered = () => {}
  const late = new Promise<void>((resolve) => {
    answered = resolve
  })
  const report = await standIn((server) =>
    server.on('request', async (request, response) => {
      request.resume()
      await late
      response.end('{"accepted":2,"rejected":0,"threats":0,"errors":[],"anomalies":[]}')
    }),
  )
  const watch = watchOf(report)
  watch.ended(ORDINARY, '/run', '')
  watch.ended(ORDINARY, '/run', '')
  await watch.close()
  answered()
  expect(watch.counts).toMatchObject({ judged: 0, unanswered: 2 })
})
