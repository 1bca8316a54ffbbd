import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import type { AppOptions } from '#sentinel/http/app.js'
import { connected, exchange } from '../exchange.js'
import { historySize, startApp } from '../subject.js'

const RECORD = '{"latency":120,"input_length":1800,"errors":0}'
const LIMIT = 16 * 1024

async function listening(options?: AppOptions) {
  const app = await startApp({}, options)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, port: (app.server.address() as AddressInfo).port }
}

/** A request as it goes over the wire. Every character is a byte. */
function request(body: string, headers: readonly string[] = []): string {
  const all = [
    'host: localhost',
    'content-type: application/json',
    `content-length: ${body.length}`,
    ...headers,
  ]
  return `POST /analyze-flow HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`
}

function chunked(chunks: readonly string[]): string {
  const headers = 'host: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked'
  const sent = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
  return `POST /analyze-flow HTTP/1.1\r\n${headers}\r\n\r\n${sent}`
}

const LAST = ['connection: close']
const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => match[1])

test('a body may come after its headers, and a byte at a time', async () => {
  const { app, port } = await listening()
  const whole = request(RECORD, LAST)
  const split = whole.length - RECORD.length
  const late = await exchange(port, whole.slice(0, split), whole.slice(split))
  expect(late).toMatch(/\r\n\r\n\{"status":"OK"\}$/)
  const slow = await exchange(port, whole.slice(0, split), ...whole.slice(split))
  expect(slow).toMatch(/\r\n\r\n\{"status":"OK"\}$/)
  expect(await historySize(app)).toBe(2)
})

test('a body that comes with its headers is read without listening for it, on this release of Node', async () => {
  const { app, port } = await listening()
  const listened: boolean[] = []
  app.server.on('request', (message) => {
    const i = listened.push(false) - 1
    message.on('newListener', (event) => {
      if (event === 'data') listened[i] = true
    })
  })
  const whole = request(RECORD, LAST)
  await exchange(port, whole)
  await exchange(port, whole.slice(0, -1), whole.slice(-1))
  expect(listened).toEqual([false, true])
})

test('a character that is cut in two is put together again', async () => {
  const { app, port } = await listening()
  const record = `${RECORD.slice(0, -1)},"route":"${'é'.repeat(2049)}"}`
  const whole = request(Buffer.from(record).toString('latin1'), LAST)
  const cut = whole.lastIndexOf(Buffer.from('é').toString('latin1')) + 1
  expect(await exchange(port, whole.slice(0, cut), whole.slice(cut))).toContain(
    'got a string of 2049 characters',
  )
  expect(await historySize(app)).toBe(0)
})

test('a body may be sent in chunks, of no announced length', async () => {
  const { app, port } = await listening()
  const parts = [chunked([RECORD.slice(0, 9), RECORD.slice(9), '']), request(RECORD, LAST)]
  expect(statuses(await exchange(port, ...parts))).toEqual(['200', '200'])
  expect(await historySize(app)).toBe(2)
})

test('requests that come in one packet are answered in their order', async () => {
  const { app, port } = await listening()
  const packet = [request(RECORD), request('{'), request(RECORD), request('', LAST)].join('')
  expect(statuses(await exchange(port, packet))).toEqual(['200', '400'])
  // What is wrong closes the connection; what is right keeps it for what comes next.
  expect(statuses(await exchange(port, request(RECORD).repeat(20) + request(RECORD, LAST)))).toEqual(
    Array(21).fill('200'),
  )
  expect(await historySize(app)).toBeGreaterThanOrEqual(22)
})

test('a connection serves many requests one after the other', async () => {
  const { app, port } = await listening()
  const parts = Array.from({ length: 30 }, () => request(RECORD))
  expect(statuses(await exchange(port, ...parts, request(RECORD, LAST)))).toHaveLength(31)
  expect(await historySize(app)).toBe(31)
})

test('what is too large is refused as soon as that is known', async () => {
  const { app, port } = await listening()
  const blanks = ' '.repeat(LIMIT + 1 - RECORD.length)
  const [headers = ''] = request(RECORD + blanks).split('{', 1)
  expect(await exchange(port, headers)).toMatch(/^HTTP\/1\.1 413 [\s\S]*at most 16 KiB/)
  expect(await exchange(port, chunked([RECORD, blanks.slice(0, -1), ' ']))).toMatch(/^HTTP\/1\.1 413 /)
  expect(statuses(await exchange(port, chunked([RECORD, blanks.slice(1), '']), request('', LAST)))).toEqual([
    '200',
    '400',
  ])
  expect(await historySize(app)).toBe(1)
})

test('a client that leaves in the middle of a body changes nothing and is no failure', async () => {
  const lines: string[] = []
  const stream = new PassThrough().on('data', (chunk) => lines.push(String(chunk)))
  const { app, port } = await listening({ logger: { stream } })
  const seen = vi.fn()
  app.server.on('request', seen)
  for (const sent of [
    request(RECORD).slice(0, -5),
    request(RECORD).slice(0, -RECORD.length),
    chunked(['{']),
  ]) {
    const socket = await connected(port)
    socket.write(sent)
    await vi.waitUntil(() => seen.mock.calls.length === 1)
    const closed = new Promise((resolve) => seen.mock.calls[0]?.[0].socket.once('close', resolve))
    socket.resetAndDestroy()
    await closed
    seen.mockClear()
  }
  expect(statuses(await exchange(port, request(RECORD, LAST)))).toEqual(['200'])
  expect(await historySize(app)).toBe(1)
  expect(lines.filter((line) => ['warn', 'error', 'fatal'].includes(JSON.parse(line).level))).toEqual([])
})

test('a body of another length than was announced gets 400', async () => {
  const app = await startApp()
  for (const length of [RECORD.length - 1, RECORD.length + 1]) {
    const headers = { 'content-type': 'application/json', 'content-length': String(length) }
    const answer = await app.inject({ method: 'POST', url: '/analyze-flow', headers, payload: RECORD })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().message).toBe('the body is not as long as content-length says')
  }
  expect(await historySize(app)).toBe(0)
})
