import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { exchange } from '../exchange.js'
import { historySize, startApp } from '../subject.js'

/** A record that would do, but for what it carries besides. */
function recordWith(extra: string): string {
  return `{"latency":1,"input_length":2,"errors":0,"extra":${extra}}`
}

function nested(
  depth: number,
  [open, inner, close]: readonly [string, string, string] = ['[', '', ']'],
): string {
  return open.repeat(depth) + inner + close.repeat(depth)
}

describe('JSON whose arrays and objects are in one another', () => {
  test.each<[what: string, extra: string, status: number]>([
    ['31 deep', nested(31), 200],
    ['32 deep', nested(32), 400],
    ['objects 4,000 deep', nested(1900, ['{"a":', '1', '}']), 400],
    ['8,000 deep', nested(8000), 400],
    ['beside others that are not', `[1,{"b":[${nested(3)}]},${nested(60)}]`, 400],
  ])('%s gets %3$i', async (_what, extra, status) => {
    const app = await startApp()
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const body = recordWith(extra)
    const headers = [
      'POST /analyze-flow HTTP/1.1',
      'host: localhost',
      'content-type: application/json',
      'idempotency-key: deep',
      `content-length: ${body.length}`,
    ]
    const request = `${[...headers, 'connection: close'].join('\r\n')}\r\n\r\n${body}`
    // Again and again, as a client does that was not answered.
    const answers: string[] = []
    for (let i = 0; i < 3; i++) answers.push(await exchange(port, request))
    for (const answer of answers) expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(await historySize(app)).toBe(status === 200 ? 1 : 0)
    if (status === 400) expect(answers[0]).toContain('nested more than 32 deep')
  })

  test('is refused in a batch before it is parsed, and a line by itself', async () => {
    const app = await startApp()
    const send = (type: string, payload: string) =>
      app.inject({
        method: 'POST',
        url: '/analyze-flow/batch?answer=summary',
        headers: { 'content-type': type },
        payload,
      })
    const whole = await send('application/json', nested(1_000_000))
    expect([whole.statusCode, whole.json().code]).toEqual([400, 'SENTINEL_INVALID_JSON'])
    const many = await send('application/json', `[${'{},'.repeat(1_000_001)}{}]`)
    expect([many.statusCode, many.json().code]).toEqual([413, 'SENTINEL_BODY_TOO_LARGE'])
    const lines = await send(
      'application/x-ndjson',
      [recordWith('1'), recordWith(nested(500)), recordWith('2')].join('\n'),
    )
    expect(lines.json()).toMatchObject({ accepted: 2, rejected: 1, errors: [{ line: 2 }] })
    // Brackets in text are none.
    const text = await send('application/json', `[${recordWith(`"${'['.repeat(100)}\\"["`)}]`)
    expect(text.json()).toMatchObject({ accepted: 1, rejected: 0 })
  })
})
